/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flow state. A flow is judged when it begins and again when the policy revision has changed since;
 * in between, one look-up decides. Entries age by time (checked here, at the look-up) and by the
 * map's LRU order, so that nothing grows and nobody has to sweep.
 */
#ifndef JUMPGATE_FLOW_H
#define JUMPGATE_FLOW_H

#include "events.h"

#define LIFETIME_NEW_NS	    (60 * SECOND_NS)
#define LIFETIME_TCP_NS	    (8000 * SECOND_NS) /* outlives TCP keep-alive's default of two hours */
#define LIFETIME_OTHER_NS   (60 * SECOND_NS)
#define LIFETIME_CLOSING_NS (10 * SECOND_NS)

static __always_inline __u64 lifetime(const struct flow *flow, __u8 protocol)
{
	if (flow->state == FLOW_CLOSING)
		return LIFETIME_CLOSING_NS;
	if (protocol != IPPROTO_TCP)
		return LIFETIME_OTHER_NS;
	return flow->state == FLOW_NEW ? LIFETIME_NEW_NS : LIFETIME_TCP_NS;
}

/* Finds the flow of a packet in either orientation; an aged one is no flow. */
static __always_inline struct flow *find_flow(const struct flow_key *key, int *is_reply)
{
	struct flow *flow = bpf_map_lookup_elem(&flows, key);

	*is_reply = 0;
	if (!flow) {
		struct flow_key reversed;

		reverse(key, &reversed);
		flow = bpf_map_lookup_elem(&flows, &reversed);
		*is_reply = 1;
	}
	if (flow && bpf_ktime_get_ns() - flow->last_seen_ns > lifetime(flow, key->protocol))
		return 0;
	return flow;
}

static __always_inline void advance(struct flow *flow, const struct packet *packet, int is_reply)
{
	flow->last_seen_ns = bpf_ktime_get_ns();
	if (is_reply && flow->state == FLOW_NEW)
		flow->state = FLOW_ESTABLISHED;
	if (packet->key.protocol != IPPROTO_TCP)
		return;
	if (packet->tcp_flags & TCP_RST) {
		flow->state = FLOW_CLOSING;
	} else if (packet->tcp_flags & TCP_FIN) {
		if (flow->state == (is_reply ? FLOW_FIN_FORWARD : FLOW_FIN_REPLY))
			flow->state = FLOW_CLOSING;
		else if (flow->state != FLOW_CLOSING)
			flow->state = is_reply ? FLOW_FIN_REPLY : FLOW_FIN_FORWARD;
	}
}

/* What the proxy has begun only the proxy can go on with: the server knows its connection, not the
 * client's. Where L7 rules are taken away it lets everything pass. */
static __always_inline void stay_with_proxy(const struct flow *flow, struct judgement *judgement)
{
	if (flow && flow->verdict == VERDICT_REDIRECT && judgement->verdict == VERDICT_ALLOW)
		judgement->verdict = VERDICT_REDIRECT;
}

/* Records the judgement under the initiator's key. `old` keeps what time has taught of a flow
 * judged before. */
static __noinline int record_flow(const struct flow_key *key, const struct judgement *judgement,
				  __u32 ifindex, struct flow *old)
{
	struct flow flow = {};

	if (!key || !judgement)
		return -1;
	flow.revision = judgement->revision;
	flow.last_seen_ns = bpf_ktime_get_ns();
	flow.created_ns = flow.last_seen_ns;
	flow.state = FLOW_NEW;
	flow.source_ifindex = ifindex;
	if (old) {
		flow.created_ns = old->created_ns;
		flow.state = old->state;
		flow.source_ifindex = old->source_ifindex;
	}
	__builtin_memcpy(flow.original_destination, key->destination, 16);
	flow.original_port = key->destination_port;
	flow.verdict = judgement->verdict;
	flow.redirect_directions = judgement->redirect_directions;
	flow.audit = judgement->audit;
	flow.source_identity = judgement->source_identity;
	flow.destination_identity = judgement->destination_identity;
	flow.source_group = judgement->source_group;
	flow.destination_group = judgement->destination_group;
	flow.rule = judgement->rule;
	return bpf_map_update_elem(&flows, key, &flow, BPF_ANY);
}

/*
 * ICMP errors (path MTU above all) pass where the packet that they quote belongs to a live flow,
 * and only to the one who sent that packet.
 */
static __always_inline struct flow *find_quoted_flow(const struct packet *packet)
{
	struct flow *flow;
	int is_reply;

	if (!same_address(packet->quoted.source, packet->key.destination))
		return 0;
	flow = find_flow(&packet->quoted, &is_reply);
	return flow && !is_denied(flow->verdict) ? flow : 0;
}

#endif
