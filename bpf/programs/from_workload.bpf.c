// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc ingress of a workload's host-side interface: everything that the workload sends.
 *
 *   workload -> [here] -> pass      -> the node's stack routes it
 *                      -> redirect  -> the proxy's socket
 *                      -> drop      (counted by reason)
 *
 * TC_ACT_UNSPEC means "go on": filters of others behind ours still run.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "ingress.h"

/* Only the workload's own addresses; neighbour discovery also from link-local and unspecified ones.
 */
static __always_inline int may_use_source(struct __sk_buff *skb, const struct packet *packet,
					  __u64 revision)
{
	struct endpoint *endpoint = find_endpoint(revision, packet->key.source);

	if (endpoint)
		return endpoint->ifindex == skb->ifindex;
	return packet->kind == PACKET_NEIGHBOUR &&
	       (is_link_local(packet->key.source) || is_unspecified(packet->key.source));
}

/* Neighbour discovery with the node. What the node would route to somebody else is judged. */
static __always_inline int is_for_the_node(const struct packet *packet, __u64 revision)
{
	struct party destination = {};

	if (stays_on_link(packet->key.destination))
		return 1;
	identify(revision, packet->key.destination, &destination);
	return destination.identity == IDENTITY_HOST;
}

SEC("tc")
int from_workload(struct __sk_buff *skb)
{
	struct judgement judgement = {.rule = NO_RULE};
	struct packet packet = {};
	int error = parse_packet(skb, &packet);

	if (error)
		return drop(skb, &packet, &judgement, error, TRACE_FROM_WORKLOAD);
	if (packet.kind == PACKET_ARP)
		return TC_ACT_UNSPEC;
	judgement.revision = active_revision();
	if (!judgement.revision)
		return drop(skb, &packet, &judgement, DROP_NO_POLICY, TRACE_FROM_WORKLOAD);

	/* Sent back by to_workload. A workload cannot set this mark: it is cleared on the way
	 * between namespaces. */
	if ((skb->mark & MARK_MASK) == MARK_HAIRPIN) {
		bpf_skb_change_type(skb, 0 /* PACKET_HOST */);
		if (packet.kind == PACKET_ICMP_ERROR) {
			set_mark(skb, MARK_TO_PROXY);
			return TC_ACT_UNSPEC;
		}
		return to_proxy(skb, &packet, &judgement, TRACE_FROM_WORKLOAD);
	}
	if (!may_use_source(skb, &packet, judgement.revision))
		return drop(skb, &packet, &judgement, DROP_INVALID_SOURCE, TRACE_FROM_WORKLOAD);
	if (packet.kind == PACKET_NEIGHBOUR && is_for_the_node(&packet, judgement.revision))
		return TC_ACT_UNSPEC;
	return handle_flow(skb, &packet, &judgement, TRACE_FROM_WORKLOAD);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
