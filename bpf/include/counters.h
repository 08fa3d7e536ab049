/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters always count; events are bounded per CPU and second, so that a flood costs a counter and
 * not a ring buffer. */
#ifndef JUMPGATE_COUNTERS_H
#define JUMPGATE_COUNTERS_H

#include "maps.h"

#define EVENTS_PER_SECOND 2000
#define SECOND_NS	  1000000000ull

static __always_inline void count(void *map, __u32 index, __u32 length)
{
	struct packet_counter *counter = bpf_map_lookup_elem(map, &index);

	if (counter) {
		counter->packets++;
		counter->bytes += length;
	}
}

static __always_inline int within_budget(__u64 now)
{
	__u32 zero = 0;
	struct event_window *window = bpf_map_lookup_elem(&event_budget, &zero);

	if (!window)
		return 0;
	if (now - window->started_ns > SECOND_NS) {
		window->started_ns = now;
		window->sent = 0;
	}
	return window->sent++ < EVENTS_PER_SECOND;
}

#endif
