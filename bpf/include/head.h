/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks an automaton over the head of a message, byte by byte, in the message itself: what was
 * judged is what is queued. (No copy in per-CPU memory: a preempted program would find another
 * one's bytes there.)
 */
#ifndef JUMPGATE_HEAD_H
#define JUMPGATE_HEAD_H

#include "lane_maps.h"

#define STEP 4 /* bytes in one round */

const volatile __u32 arena_mask = ARENA_DEFAULT - 1;

struct head {
	struct sk_msg_md *message;
	const __u8 *arena;
	__u64 facts;
	__u32 base;    /* the automaton's offset in the arena */
	__u32 section; /* and that of the section the walk is in */
	__u32 rows;
	__u32 outcomes;
	__u32 stride;
	__u32 specials;
	__u32 state;
	__u32 position;
	__u32 length; /* of the body, as the head says */
	__u32 class;
	__u32 lines;
	__u32 result; /* 0: not at the end yet, 1: at its end, 2: don't know */
};

enum head_result {
	HEAD_OPEN = 0,
	HEAD_WHOLE = 1,
	HEAD_REFUSED = 2,
};

static __always_inline const void *arena_at(const __u8 *arena, __u32 offset)
{
	return arena + (offset & arena_mask & ~7u);
}

static __always_inline void enter(struct head *head, __u32 offset)
{
	const struct automaton_section *section;

	head->section = head->base + offset;
	section = arena_at(head->arena, head->section);
	head->rows = head->base + section->rows;
	head->outcomes = head->base + section->outcomes;
	head->stride = section->stride;
	head->specials = section->specials;
	head->state = section->start;
}

/* To the next state; true where it means something. */
static __always_inline int step(struct head *head, __u8 byte)
{
	const struct automaton_section *section = arena_at(head->arena, head->section);
	__u32 row;

	row = head->rows + (head->state * head->stride + section->byte_class[byte]) * 2;
	head->state = *(const __u16 *)(head->arena + (row & arena_mask & ~1u));
	head->position++;
	return head->state < head->specials;
}

/* What `byte` has completed; true where the section ends with it. */
static __always_inline int complete(struct head *head, __u8 byte)
{
	const struct automaton_section *section = arena_at(head->arena, head->section);
	const struct automaton_outcome *outcome;

	outcome = arena_at(head->arena, head->outcomes + head->state * sizeof(*outcome));
	if (outcome->event == HEAD_LENGTH_DIGIT) {
		head->length = head->length * 10 + (byte - '0');
		return 0;
	}
	if (outcome->event == HEAD_UNKNOWN || (head->facts & outcome->once) ||
	    ++head->lines > AUTOMATON_MAX_LINES) {
		head->result = HEAD_REFUSED;
		return 1;
	}
	head->facts |= outcome->facts;
	if (outcome->event == HEAD_CLASS) {
		head->class = outcome->value;
		if (section->next)
			enter(head, section->next);
		return 0;
	}
	if (outcome->event != HEAD_END)
		return 0;
	head->result = HEAD_WHOLE;
	return 1;
}

static int take_some(__u32 round, struct head *head)
{
	const __u8 *data = head->message->data, *end = head->message->data_end;
	__u32 at = head->position;
	__u8 byte;

	if (at > AUTOMATON_MAX_HEAD)
		return 1;
	data += at;
	if (data + STEP <= end) {
#pragma unroll
		for (int i = 0; i < STEP; i++) {
			byte = data[i];
			if (step(head, byte))
				return complete(head, byte);
		}
		return 0;
	}
	if (data + 1 > end)
		return 1;
	byte = data[0];
	return step(head, byte) && complete(head, byte);
}

/* Walks the automaton at `base` over the message's contiguous beginning. */
static __always_inline void read_head(struct sk_msg_md *message, const __u8 *arena, __u32 base,
				      struct head *head)
{
	const struct automaton *automaton = arena_at(arena, base);

	__builtin_memset(head, 0, sizeof(*head));
	head->message = message;
	head->arena = arena;
	head->base = base;
	if (automaton->magic != AUTOMATON_MAGIC) {
		head->result = HEAD_REFUSED;
		return;
	}
	head->position = head->lines = automaton->first.zero;
	enter(head, __builtin_offsetof(struct automaton, first));
	bpf_loop(AUTOMATON_MAX_HEAD, take_some, head, 0);
}

#endif
