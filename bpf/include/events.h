/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters and events. Counters always count; events are bounded per CPU and second, so that a
 * flood of forbidden packets costs a counter and not a ring buffer.
 */
#ifndef JUMPGATE_EVENTS_H
#define JUMPGATE_EVENTS_H

#include "counters.h"
#include "packet.h"
#include "tables.h"

static __always_inline void emit(struct __sk_buff *skb, const struct packet *packet,
				 const struct judgement *judgement, __u8 type, __u8 reason,
				 __u8 trace_point)
{
	__u64 now = bpf_ktime_get_ns();
	struct event *event;

	if (!within_budget(now))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	event->time_ns = now;
	event->revision = judgement->revision;
	__builtin_memcpy(event->source, packet->key.source, 16);
	__builtin_memcpy(event->destination, packet->key.destination, 16);
	event->source_port = packet->key.source_port;
	event->destination_port = packet->key.destination_port;
	event->protocol = packet->key.protocol;
	event->type = type;
	event->verdict = judgement->verdict;
	event->reason = reason;
	event->source_identity = judgement->source_identity;
	event->destination_identity = judgement->destination_identity;
	event->ifindex = skb->ifindex;
	event->rule = judgement->rule;
	event->length = packet->length;
	event->trace_point = trace_point;
	event->direction = judgement->direction;
	event->tcp_flags = packet->tcp_flags;
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
}

/* Every exit that does not forward comes through here. */
static __noinline int drop(struct __sk_buff *skb, const struct packet *packet,
			   const struct judgement *judgement, __u32 reason, __u32 trace_point)
{
	if (!packet || !judgement)
		return TC_ACT_SHOT;
	count(&drops, reason, packet->length);
	emit(skb, packet, judgement, EVENT_DROP, reason, trace_point);
	return TC_ACT_SHOT;
}

static __always_inline __u32 reason_of(__u8 verdict)
{
	return verdict == VERDICT_DENY ? DROP_POLICY_DENY : DROP_POLICY_DENIED;
}

static __always_inline void announce(struct __sk_buff *skb, const struct packet *packet,
				     const struct judgement *judgement, __u32 trace_point)
{
	__u32 zero = 0;
	struct datapath *active;

	count(&verdicts, judgement->verdict & (VERDICTS_MAX - 1), packet->length);
	if (judgement->audit) {
		emit(skb, packet, judgement, EVENT_AUDIT, DROP_NONE, trace_point);
		return;
	}
	active = bpf_map_lookup_elem(&datapath, &zero);
	if (active && active->event_level > 0)
		emit(skb, packet, judgement, EVENT_FLOW, DROP_NONE, trace_point);
}

#endif
