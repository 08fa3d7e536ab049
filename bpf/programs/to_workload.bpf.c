// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc egress of a workload's host-side interface: everything that is about to reach the workload.
 * What another hook has judged passes on its flow entry; what none has seen (the node's own
 * processes, an uplink that is not attached) is judged here.
 *
 *   proxy (marked)     -> pass
 *   known flow         -> pass
 *   host, other uplink -> judge -> pass / drop / hairpin: back into this interface, where
 * from_workload may assign it to the proxy (bpf_sk_assign works at ingress only)
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "sockets.h"

static __always_inline int hairpin(struct __sk_buff *skb)
{
	set_mark(skb, MARK_HAIRPIN);
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

static __always_inline int deliver(struct __sk_buff *skb, const struct packet *packet,
				   const struct judgement *judgement)
{
	if (judgement->verdict == VERDICT_REDIRECT)
		return hairpin(skb);
	if (judgement->verdict == VERDICT_ALLOW)
		return TC_ACT_UNSPEC;
	return drop(skb, packet, judgement, reason_of(judgement->verdict), TRACE_TO_WORKLOAD);
}

/*
 * From an uplink that is not attached, for one of the proxy's own connections of which no flow
 * knows: the client's port could not be kept, or a sidecar passed the client on.
 */
static __noinline int is_for_upstream_socket(struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_sock *upstream;

	if (!packet || !skb->ingress_ifindex || is_syn(packet))
		return 0;
	upstream = find_upstream_socket(skb, packet);
	if (!upstream)
		return 0;
	bpf_sk_release(upstream);
	return 1;
}

static __noinline int judge_here(struct __sk_buff *skb, const struct packet *packet,
				 struct judgement *judgement)
{
	int from_host = skb->ingress_ifindex == 0;

	if (!packet || !judgement)
		return TC_ACT_SHOT;
	/* A workload's packets are judged where they enter; one that was not is somebody else's,
	 * with a borrowed address. So is one of the node's that the node has not made. */
	if (!from_host && is_of_this_node(judgement->revision, packet->key.source))
		return drop(skb, packet, judgement, DROP_INVALID_SOURCE, TRACE_TO_WORKLOAD);
	judge(&packet->key, judgement->revision, from_host, judgement);
	if (is_denied(judgement->verdict)) {
		count(&verdicts, judgement->verdict & (VERDICTS_MAX - 1), packet->length);
		return drop(skb, packet, judgement, reason_of(judgement->verdict),
			    TRACE_TO_WORKLOAD);
	}
	if (packet->kind != PACKET_ICMP_ERROR &&
	    record_flow(&packet->key, judgement, skb->ingress_ifindex, 0))
		return drop(skb, packet, judgement, DROP_FLOW_TABLE, TRACE_TO_WORKLOAD);
	announce(skb, packet, judgement, TRACE_TO_WORKLOAD);
	return deliver(skb, packet, judgement);
}

/* The policy has changed since this flow was judged, and this hook is the first to see a packet of
 * it. */
static __noinline int judge_here_again(struct __sk_buff *skb, const struct packet *packet,
				       struct judgement *judgement, int is_reply)
{
	struct flow_key key;
	struct flow *flow;
	int from_host;

	if (!packet || !judgement)
		return TC_ACT_SHOT;
	if (is_reply)
		reverse(&packet->key, &key);
	else
		key = packet->key;
	flow = bpf_map_lookup_elem(&flows, &key);
	from_host = flow && flow->source_ifindex == 0;
	judge(&key, judgement->revision, from_host, judgement);
	stay_with_proxy(flow, judgement);
	if (record_flow(&key, judgement, skb->ingress_ifindex, flow))
		return drop(skb, packet, judgement, DROP_FLOW_TABLE, TRACE_TO_WORKLOAD);
	announce(skb, packet, judgement, TRACE_TO_WORKLOAD);
	if (is_reply && judgement->verdict == VERDICT_REDIRECT && skb->ingress_ifindex == 0)
		return TC_ACT_UNSPEC;
	return deliver(skb, packet, judgement);
}

static __always_inline int entered_where_judged(struct __sk_buff *skb, const struct packet *packet,
						const struct flow *flow, __u64 revision,
						int is_reply)
{
	struct endpoint *endpoint;

	if (skb->ingress_ifindex == 0)
		return 1;
	if (!is_reply)
		return flow->source_ifindex == skb->ingress_ifindex ||
		       !is_of_this_node(revision, packet->key.source);
	endpoint = find_endpoint(revision, packet->key.source);
	return !endpoint || endpoint->ifindex == skb->ingress_ifindex;
}

SEC("tc")
int to_workload(struct __sk_buff *skb)
{
	struct judgement judgement = {.rule = NO_RULE};
	struct packet packet = {};
	struct flow *flow;
	int error, is_reply;

	if ((skb->mark & MARK_MASK) == MARK_FROM_PROXY)
		return TC_ACT_UNSPEC;
	error = parse_packet(skb, &packet);
	if (error)
		return drop(skb, &packet, &judgement, error, TRACE_TO_WORKLOAD);
	if (packet.kind == PACKET_ARP || packet.kind == PACKET_NEIGHBOUR)
		return TC_ACT_UNSPEC;
	judgement.revision = active_revision();
	if (!judgement.revision)
		return drop(skb, &packet, &judgement, DROP_NO_POLICY, TRACE_TO_WORKLOAD);
	if (packet.kind == PACKET_ICMP_ERROR) {
		flow = find_quoted_flow(&packet);
		/* From an uplink, about what the proxy has sent in the workload's name. */
		if (flow && flow->verdict == VERDICT_REDIRECT && skb->ingress_ifindex)
			return hairpin(skb);
		if (flow)
			return TC_ACT_UNSPEC;
	}

	flow = find_flow(&packet.key, &is_reply);
	if (!flow && is_for_upstream_socket(skb, &packet))
		return hairpin(skb);
	if (!flow)
		return judge_here(skb, &packet, &judgement);
	if (!entered_where_judged(skb, &packet, flow, judgement.revision, is_reply))
		return drop(skb, &packet, &judgement, DROP_INVALID_SOURCE, TRACE_TO_WORKLOAD);
	/* A SYN is judged where it enters: here, unless another hook has just done so. */
	if (is_syn(&packet) &&
	    (is_reply || skb->ingress_ifindex == 0 || flow->source_ifindex != skb->ingress_ifindex))
		return judge_here(skb, &packet, &judgement);
	advance(flow, &packet, is_reply);
	if (flow->revision != judgement.revision)
		return judge_here_again(skb, &packet, &judgement, is_reply);
	/* The node's stack speaking for the far end of a redirected flow (a reset, an
	 * acknowledgement in TIME_WAIT). */
	if (is_reply && flow->verdict == VERDICT_REDIRECT && skb->ingress_ifindex == 0)
		return TC_ACT_UNSPEC;
	judgement.verdict = flow->verdict;
	judgement.rule = flow->rule;
	judgement.source_identity = is_reply ? flow->destination_identity : flow->source_identity;
	judgement.destination_identity =
	    is_reply ? flow->source_identity : flow->destination_identity;
	return deliver(skb, &packet, &judgement);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
