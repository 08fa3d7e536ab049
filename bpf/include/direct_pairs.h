/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of a direct pair. */
#ifndef JUMPGATE_DIRECT_PAIRS_H
#define JUMPGATE_DIRECT_PAIRS_H

#include <linux/in.h>
#include "counters.h"
#include "direct_maps.h"
#include "lane_pairs.h"

static __always_inline __u64 state_word(__u64 active_cookie, enum direct_state state)
{
	return active_cookie << DIRECT_STATE_BITS | state;
}

/* Wakes the agent; a lost event costs time and nothing else, it looks by itself too. */
static __always_inline void tell_agent(void)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->type = EVENT_LEAVE;
	bpf_ringbuf_submit(event, 0);
}

/*
 * From now on both ends send over the stack: every send looks at the state. For one direction the
 * switch is exact, since an application's sends follow each other: what was sent before is in the
 * queue, or an earlier send of another thread is on its way there, which nobody has ordered.
 */
static __always_inline void begin_leave(struct direct_pair *pair, const struct pair_key *key,
					__u64 active_cookie, enum direct_state from,
					enum left_reason reason)
{
	__u64 expected = state_word(active_cookie, from);
	__u32 one = 1;

	if (__sync_val_compare_and_swap(&pair->state, expected,
					state_word(active_cookie, DIRECT_LEAVING)) != expected)
		return;
	pair->reason = reason;
	bpf_map_update_elem(&direct_leaving, key, &one, BPF_ANY);
	count(&direct_counts, reason, 0);
	tell_agent();
}

/* What the workloads at both ends allow pairs without L7 rules. */
static __always_inline __u32 direct_mode(const struct pair_key *key)
{
	struct lane_endpoint *source, *destination;
	__u32 mode = endpoints_mode(key, &source, &destination);

	return source && destination && source->direct && destination->direct ? mode : LANE_OFF;
}

#endif
