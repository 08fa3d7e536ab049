// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc ingress of the node's loopback: workloads without a namespace, known by addresses of
 * 127.0.0.0/8. The loopback hands back whatever the node sends to itself, so that each packet is
 * seen once, here. What is neither from nor to such a workload is not touched.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "ingress.h"

static __always_inline int lives_here(const struct __sk_buff *skb, const struct endpoint *endpoint)
{
	return endpoint && endpoint->ifindex == skb->ifindex;
}

SEC("tc")
int on_loopback(struct __sk_buff *skb)
{
	struct judgement judgement = {.rule = NO_RULE};
	struct packet packet = {};
	struct endpoint *source;
	int error;

	/* The mark stays on a packet here, as it never leaves its namespace. */
	if ((skb->mark & MARK_MASK) == MARK_FROM_PROXY)
		return TC_ACT_UNSPEC;
	error = parse_packet(skb, &packet);
	judgement.revision = active_revision();
	if (!judgement.revision)
		return TC_ACT_UNSPEC;
	source = find_endpoint(judgement.revision, packet.key.source);
	if (!lives_here(skb, source) &&
	    !lives_here(skb, find_endpoint(judgement.revision, packet.key.destination)))
		return TC_ACT_UNSPEC;
	if (error)
		return drop(skb, &packet, &judgement, error, TRACE_ON_LOOPBACK);
	if (source && !lives_here(skb, source))
		return drop(skb, &packet, &judgement, DROP_INVALID_SOURCE, TRACE_ON_LOOPBACK);
	return handle_flow(skb, &packet, &judgement, TRACE_ON_LOOPBACK);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
