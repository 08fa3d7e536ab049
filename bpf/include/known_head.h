/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Senders repeat themselves: a client the fields of its requests, a server the whole head of its
 * responses. What was read last is kept with the socket; where the same bytes come again, under the
 * same rules, they mean the same, and comparing is ten times as fast as reading. Only what was
 * accepted is kept.
 */
#ifndef JUMPGATE_KNOWN_HEAD_H
#define JUMPGATE_KNOWN_HEAD_H

#include "head.h"
#include "lanes.h"

#define WORD sizeof(__u64)

static __always_inline int is_same_word(const __u8 *data, const __u8 *end,
					const struct lane_head *known, __u32 at)
{
	data += at;
	return data + WORD <= end && *(const __u64 *)data == *(const __u64 *)&known->bytes[at];
}

/* Takes what is known where the message goes on with the same bytes. */
static __always_inline int recall(struct reading *reading, const struct lane_head *known,
				  __u64 revision)
{
	const __u8 *data = reading->message->data, *end = reading->message->data_end;
	struct head *head = &reading->head;
	__u32 length = known->length, from = head->position, at;

	if (known->automaton != head->base || known->revision != revision || length < WORD ||
	    length >= LANE_HEAD_KNOWN_MAX || from > AUTOMATON_MAX_HEAD)
		return 0;
	barrier_var(from); /* an older verifier forgets the comparison */
	data += from & (2 * AUTOMATON_MAX_HEAD - 1);
	for (at = 0; at <= LANE_HEAD_KNOWN_MAX - WORD; at += WORD) {
		if (at + WORD > length)
			break;
		if (!is_same_word(data, end, known, at))
			return 0;
	}
	/* The last word again, to the very end. */
	if (!is_same_word(data, end, known, (length - WORD) & (LANE_HEAD_KNOWN_MAX - 1)))
		return 0;
	head->facts = known->facts;
	head->length = known->body;
	/* A request's class is that of its own method and target, which were just read. */
	if (!from)
		head->class = known->class;
	head->position += length;
	head->result = HEAD_WHOLE;
	return 1;
}

/* Keeps what was read from `from` on. */
static __always_inline void remember(const struct reading *reading, struct lane_head *known,
				     __u64 revision, __u32 from)
{
	const struct head *head = &reading->head;
	__u32 length = head->position - from;

	known->length = 0;
	if (length < WORD || length >= LANE_HEAD_KNOWN_MAX || from > AUTOMATON_MAX_HEAD)
		return;
	barrier_var(length); /* an older verifier forgets the comparison */
	length &= LANE_HEAD_KNOWN_MAX - 1;
	if (bpf_probe_read_kernel(known->bytes, length,
				  (const __u8 *)reading->message->data + from))
		return;
	known->revision = revision;
	known->automaton = head->base;
	known->facts = head->facts;
	known->body = head->length;
	known->class = head->class;
	known->length = length;
}

/* Reads the last section. */
static __always_inline void read_known(struct reading *reading, struct lane_head *known,
				       __u64 revision)
{
	__u32 from = reading->head.position;

	if (recall(reading, known, revision))
		return;
	read_section(reading);
	if (reading->head.result == HEAD_WHOLE)
		remember(reading, known, revision, from);
}

#endif
