// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc ingress of an uplink that the configuration names: what other nodes and the world send. Only
 * packets for workloads of this node (and for the proxy's upstream sockets, which have workloads'
 * addresses) are looked at; the node's own traffic is never touched.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "ingress.h"

SEC("tc")
int from_uplink(struct __sk_buff *skb)
{
	struct judgement judgement = {.rule = NO_RULE};
	struct packet packet = {};
	int error = parse_packet(skb, &packet);

	if (packet.kind == PACKET_ARP || packet.kind == PACKET_NEIGHBOUR)
		return TC_ACT_UNSPEC;
	judgement.revision = active_revision();
	if (!judgement.revision || !find_endpoint(judgement.revision, packet.key.destination))
		return TC_ACT_UNSPEC;
	if (error)
		return drop(skb, &packet, &judgement, error, TRACE_FROM_UPLINK);
	if (is_of_this_node(judgement.revision, packet.key.source))
		return drop(skb, &packet, &judgement, DROP_INVALID_SOURCE, TRACE_FROM_UPLINK);
	return handle_flow(skb, &packet, &judgement, TRACE_FROM_UPLINK);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
