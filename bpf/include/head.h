/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks an automaton over the head of a message, byte by byte, in the message itself: what was
 * judged is what is queued. (No copy in per-CPU memory: a preempted program would find another
 * one's bytes there.)
 */
#ifndef JUMPGATE_HEAD_H
#define JUMPGATE_HEAD_H

#include "lane_maps.h"

#define STEP 8 /* bytes in one round */

const volatile __u32 arena_mask = ARENA_DEFAULT - 1;

/* What has been read so far. */
struct head {
	__u64 facts;
	__u32 base;    /* the automaton's offset in the arena */
	__u32 section; /* and that of the section the walk is in */
	__u32 rows;
	__u32 outcomes;
	__u32 stride;
	__u32 specials;
	__u32 plains;
	__u32 state;
	__u32 position;
	__u32 length; /* of the body, as the head says */
	__u32 class;
	__u32 lines;
	__u32 next;   /* the section's end was reached; this one follows */
	__u32 result; /* enum head_result */
};

struct reading {
	struct sk_msg_md *message;
	const __u8 *arena;
	struct head head;
};

enum head_result {
	HEAD_OPEN = 0, /* not at the end yet */
	HEAD_WHOLE = 1,
	HEAD_REFUSED = 2, /* don't know */
};

static __always_inline const void *arena_at(const __u8 *arena, __u32 offset)
{
	return arena + (offset & arena_mask & ~7u);
}

static __always_inline void enter(struct head *head, const __u8 *arena, __u32 offset)
{
	const struct automaton_section *section;

	head->section = head->base + offset;
	section = arena_at(arena, head->section);
	head->rows = head->base + section->rows;
	head->outcomes = head->base + section->outcomes;
	head->stride = section->stride;
	head->specials = section->specials;
	head->plains = section->plains;
	head->state = section->start;
}

static __always_inline __u32 next_state(const __u8 *arena, const struct automaton_section *section,
					__u32 rows, __u32 stride, __u32 state, __u8 byte)
{
	__u32 cell = state * stride + (rows + section->byte_class[byte] * 2);

	return *(const __u16 *)(arena + (cell & arena_mask & ~1u));
}

/* True where all eight bytes are from 0x20 to 0x7e. */
static __always_inline int is_plain(__u64 bytes)
{
	__u64 del = bytes ^ 0x7f7f7f7f7f7f7f7full;

	/* A byte below 0x20 borrows, a byte of 0 (DEL) borrows, a byte over 0x7f has its top bit:
	 * all show there. */
	return !((bytes | (bytes - 0x2020202020202020ull) | (del - 0x0101010101010101ull)) &
		 0x8080808080808080ull);
}

/*
 * What `byte` has completed; true where the walk ends with it. Not static: the verifier then looks
 * at it once, and not once for every place and state it is called from.
 */
__noinline int complete(struct head *head, __u32 byte)
{
	const struct automaton_outcome *outcome;
	__u32 zero = 0;
	struct arena *memory = bpf_map_lookup_elem(&lane_arena, &zero);
	const __u8 *arena;

	if (!head || !memory)
		return 1;
	arena = memory->bytes;
	outcome = arena_at(arena, head->outcomes + head->state * sizeof(*outcome));
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
		head->next =
		    ((const struct automaton_section *)arena_at(arena, head->section))->next;
		return head->next != 0;
	}
	if (outcome->event != HEAD_END)
		return 0;
	head->result = HEAD_WHOLE;
	return 1;
}

static int take_some(__u32 round, struct reading *reading)
{
	const __u8 *data = reading->message->data, *end = reading->message->data_end;
	const __u8 *arena = reading->arena;
	struct head *head = &reading->head;
	const struct automaton_section *section = arena_at(arena, head->section);
	__u32 at = head->position, rows = head->rows, stride = head->stride * 2,
	      state = head->state, specials = head->specials, ended;
	__u8 byte;

	if (at > AUTOMATON_MAX_HEAD)
		return 1;
	data += at;
	if (data + STEP <= end) {
		/* In a value that nobody asks for: to its end in great steps. */
		if (state - specials < head->plains && is_plain(*(const __u64 *)data)) {
			head->position = at + sizeof(__u64);
			return 0;
		}
#pragma unroll
		for (int i = 0; i < STEP; i++) {
			byte = data[i];
			state = next_state(arena, section, rows, stride, state, byte);
			at++;
			if (state < specials)
				goto special;
		}
		goto on;
	}
	if (data + 1 > end)
		return 1;
	byte = data[0];
	state = next_state(arena, section, rows, stride, state, byte);
	at++;
	if (state < specials)
		goto special;
on:
	head->state = state;
	head->position = at;
	return 0;
special:
	head->state = state;
	head->position = at;
	ended = complete(head, byte);
	barrier_var(ended); /* the verifier does not know what the compiler does */
	return ended & 1;
}

/* Stands before the automaton's first byte. */
static __always_inline int begin(struct reading *reading, struct sk_msg_md *message,
				 const __u8 *arena, __u32 base)
{
	const struct automaton *automaton = arena_at(arena, base);
	struct head *head = &reading->head;

	__builtin_memset(reading, 0, sizeof(*reading));
	reading->message = message;
	reading->arena = arena;
	head->base = base;
	if (automaton->magic != AUTOMATON_MAGIC) {
		head->result = HEAD_REFUSED;
		return 0;
	}
	head->position = head->lines = automaton->first.zero;
	enter(head, arena, __builtin_offsetof(struct automaton, first));
	return 1;
}

/* Walks to the section's end, over the message's contiguous beginning. */
static __always_inline void read_section(struct reading *reading)
{
	bpf_loop(AUTOMATON_MAX_HEAD, take_some, reading, 0);
}

#endif
