/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is told of requests that the kernel decides: counters always, events while somebody listens.
 */
#ifndef JUMPGATE_LANE_REPORT_H
#define JUMPGATE_LANE_REPORT_H

#include <linux/in.h>
#include "counters.h"
#include "lane_maps.h"

/* What both events say of a request. */
static __always_inline void describe(struct lane_event *event, struct lane *lane,
				     const struct pair_key *key, __u8 type, __u32 number)
{
	__builtin_memset(&event->event, 0, sizeof(event->event));
	event->event.time_ns = bpf_ktime_get_ns();
	event->event.revision = lane->revision;
	__builtin_memcpy(event->event.source, key->source, 16);
	__builtin_memcpy(event->event.destination, key->destination, 16);
	event->event.source_port = key->source_port;
	event->event.destination_port = key->destination_port;
	event->event.protocol = IPPROTO_TCP;
	event->event.type = type;
	event->event.verdict = VERDICT_ALLOW;
	event->event.rule = RULE_NONE;
	event->client = lane->client.cookie;
	event->number = number;
	event->rule = lane->rules[number % LANE_REQUESTS_MAX];
	event->latency_ns = 0;
	event->status = 0;
	event->line_length = 0;
}

static __always_inline void report_request(struct sk_msg_md *message, struct lane_socket *self,
					   struct lane *lane, __u32 number)
{
	const __u8 *data = message->data, *end = message->data_end;
	struct lane_event *event;
	__u64 length = end - data;

	if (!within_budget(bpf_ktime_get_ns()))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	describe(event, lane, &self->key, EVENT_REQUEST, number);
	if (length >= LANE_LINE_MAX)
		length = LANE_LINE_MAX - 1;
	barrier_var(length); /* an older verifier forgets the comparison */
	length &= LANE_LINE_MAX - 1;
	if (!bpf_probe_read_kernel(event->line, length, data))
		event->line_length = length;
	bpf_ringbuf_submit(event, 0);
}

/* Counts a request whose response is through. */
static __always_inline void account(const struct pair_key *key, struct lane *lane, __u32 number,
				    __u32 status, __u64 now, __u32 observed)
{
	__u32 slot = number % LANE_REQUESTS_MAX, zero = 0, rule = lane->rules[slot], bucket = 0,
	      class;
	__u64 latency = now - lane->started_ns[slot], rest = latency / 1000;
	struct lane_latency *latencies;
	struct lane_event *event;
	struct lane_rule *counter;

	class = status / 100;
	barrier_var(class);
	counter = bpf_map_lookup_elem(&lane_rules, &rule);
	if (counter && class < LANE_STATUS_CLASSES)
		counter->by_status[class]++;
#pragma unroll
	for (int shift = 16; shift; shift >>= 1) {
		if (rest >> shift) {
			bucket += shift;
			rest >>= shift;
		}
	}
	/* rest is 0 (nothing) or 1 (its highest bit) */
	bucket += rest;
	latencies = bpf_map_lookup_elem(&lane_latency, &zero);
	if (latencies) {
		latencies
		    ->buckets[bucket < LANE_LATENCY_BUCKETS ? bucket : LANE_LATENCY_BUCKETS - 1]++;
	}
	if (!observed || !within_budget(now))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	describe(event, lane, key, EVENT_RESPONSE, number);
	event->latency_ns = latency;
	event->status = status;
	bpf_ringbuf_submit(event, 0);
}

#endif
