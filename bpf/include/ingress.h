/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What both ingress hooks (workload and uplink) do once they know that the source address may be
 * used there. */
#ifndef JUMPGATE_INGRESS_H
#define JUMPGATE_INGRESS_H

#include "proxy.h"

static __always_inline int act(struct __sk_buff *skb, const struct packet *packet,
			       const struct judgement *judgement, __u32 trace_point)
{
	if (judgement->verdict == VERDICT_REDIRECT)
		return to_proxy(skb, packet, judgement, trace_point);
	if (judgement->verdict == VERDICT_ALLOW)
		return TC_ACT_UNSPEC;
	return drop(skb, packet, judgement, reason_of(judgement->verdict), trace_point);
}

/* A flow that policy no longer allows is reset if it is TCP; its entry stays, so that the other end
 * is told too. */
static __always_inline int refuse_known(struct __sk_buff *skb, const struct packet *packet,
					const struct judgement *judgement, __u32 trace_point)
{
	if (packet->key.protocol != IPPROTO_TCP || packet->is_fragment)
		return drop(skb, packet, judgement, reason_of(judgement->verdict), trace_point);
	count(&drops, reason_of(judgement->verdict), packet->length);
	return to_listener(skb, packet, judgement, reason_of(judgement->verdict), trace_point);
}

static __always_inline int handle_icmp_error(struct __sk_buff *skb, const struct packet *packet)
{
	struct flow *flow = find_quoted_flow(packet);

	if (!flow)
		return 0;
	/* Errors about the proxy's own packets are for the node's stack. */
	if (flow->verdict == VERDICT_REDIRECT)
		set_mark(skb, MARK_TO_PROXY);
	return 1;
}

static __noinline int new_flow(struct __sk_buff *skb, const struct packet *packet,
			       struct judgement *judgement, __u32 trace_point)
{
	if (!packet || !judgement)
		return TC_ACT_SHOT;
	judge(&packet->key, judgement->revision, 0, judgement);
	if (is_denied(judgement->verdict)) {
		count(&verdicts, judgement->verdict & (VERDICTS_MAX - 1), packet->length);
		return drop(skb, packet, judgement, reason_of(judgement->verdict), trace_point);
	}
	if (packet->kind != PACKET_ICMP_ERROR &&
	    record_flow(&packet->key, judgement, skb->ifindex, 0))
		return drop(skb, packet, judgement, DROP_FLOW_TABLE, trace_point);
	announce(skb, packet, judgement, trace_point);
	return act(skb, packet, judgement, trace_point);
}

/* The policy has changed since this flow was judged. */
static __noinline int judge_again(struct __sk_buff *skb, const struct packet *packet,
				  struct judgement *judgement, int is_reply, __u32 trace_point)
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
	if (record_flow(&key, judgement, skb->ifindex, flow))
		return drop(skb, packet, judgement, DROP_FLOW_TABLE, trace_point);
	announce(skb, packet, judgement, trace_point);
	if (is_denied(judgement->verdict)) {
		emit(skb, packet, judgement, EVENT_DROP, reason_of(judgement->verdict),
		     trace_point);
		return refuse_known(skb, packet, judgement, trace_point);
	}
	return act(skb, packet, judgement, trace_point);
}

static __noinline int handle_flow(struct __sk_buff *skb, const struct packet *packet,
				  struct judgement *judgement, __u32 trace_point)
{
	struct bpf_sock *upstream;
	struct flow *flow;
	int is_reply;

	if (!packet || !judgement)
		return TC_ACT_SHOT;
	if (packet->kind == PACKET_ICMP_ERROR && handle_icmp_error(skb, packet))
		return TC_ACT_UNSPEC;
	flow = find_flow(&packet->key, &is_reply);
	/* Who opens a connection is judged, whatever was there before: a SYN never rides on the
	 * other end's flow. */
	if (flow && !is_syn(packet)) {
		advance(flow, packet, is_reply);
		if (flow->revision != judgement->revision)
			return judge_again(skb, packet, judgement, is_reply, trace_point);
		judgement->verdict = flow->verdict;
		judgement->rule = flow->rule;
		judgement->source_identity =
		    is_reply ? flow->destination_identity : flow->source_identity;
		judgement->destination_identity =
		    is_reply ? flow->source_identity : flow->destination_identity;
		if (is_denied(flow->verdict))
			return refuse_known(skb, packet, judgement, trace_point);
		return act(skb, packet, judgement, trace_point);
	}
	if (!is_syn(packet)) {
		upstream = find_upstream_socket(skb, packet);
		if (upstream)
			return assign(skb, packet, judgement, upstream, trace_point);
	}
	return new_flow(skb, packet, judgement, trace_point);
}

#endif
