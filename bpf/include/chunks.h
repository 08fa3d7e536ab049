/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks a chunked body (RFC 9112 section 7.1) through a message, whole lines at a time: what is
 * certain is counted, and the walk stops before a line that is not whole, or that is anything but
 * plain digits or nothing (an extension, a trailer, nonsense). The proxy reads those, from the
 * beginning of the line.
 */
#ifndef JUMPGATE_CHUNKS_H
#define JUMPGATE_CHUNKS_H

#include "lanes.h"

#define CHUNKS_AT_ONCE 1024u /* in one verdict; the rest of the message is judged anew */
#define CHUNK_DIGITS   7     /* of a size: less than 256 MiB */
#define CHUNK_LINES    16u   /* bytes: data's end, a size, and the last line, with room to spare */

/* A hexadecimal digit's value, plus one; 0: no digit. */
static const __u8 digit_of[256] = {
    ['0'] = 1,	['1'] = 2,  ['2'] = 3,	['3'] = 4,  ['4'] = 5,	['5'] = 6,  ['6'] = 7,	['7'] = 8,
    ['8'] = 9,	['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

struct chunk_walk {
	__u32 at;    /* bytes of the message that are certain */
	__u32 left;  /* of the chunk's data */
	__u32 place; /* enum chunk_place; CHUNK_NONE: at the response's end */
	__u32 is_stuck;
};

struct chunk_reading {
	struct sk_msg_md *message;
	struct chunk_walk walk;
};

static __always_inline int is_line_end(const __u8 *data, const __u8 *end)
{
	return data + 2 <= end && data[0] == '\r' && data[1] == '\n';
}

static int take_chunk(__u32 round, struct chunk_reading *reading)
{
	struct sk_msg_md *message = reading->message;
	struct chunk_walk *walk = &reading->walk;
	__u32 bytes = message->size, at = walk->at, step, size = 0;
	const __u8 *data, *end;
	__u8 digit;
	int i;

	if (at >= bytes)
		return 1;
	step = bytes - at;
	if (walk->place == CHUNK_DATA) {
		if (step > walk->left)
			step = walk->left;
		walk->left -= step;
		walk->at = at += step;
		if (walk->left)
			return 1;
		walk->place = CHUNK_DATA_END;
		if (at >= bytes)
			return 1;
		step = bytes - at;
	}
	if (step > CHUNK_LINES)
		step = CHUNK_LINES;
	walk->is_stuck = 1;
	if (bpf_msg_pull_data(message, at, at + step, 0))
		return 1;
	data = message->data;
	end = message->data_end;
	if (walk->place == CHUNK_DATA_END) {
		if (!is_line_end(data, end))
			return 1;
		data += 2;
		at += 2;
		walk->at = at;
		walk->place = CHUNK_SIZE;
		if (at >= bytes) {
			walk->is_stuck = 0;
			return 1;
		}
	}
	if (walk->place == CHUNK_SIZE) {
#pragma unroll
		for (i = 0; i <= CHUNK_DIGITS; i++) {
			if (data + 1 > end)
				return 1;
			digit = digit_of[data[0]];
			if (!digit)
				break;
			size = size << 4 | (digit - 1);
			data++;
			at++;
		}
		if (!i || i > CHUNK_DIGITS || !is_line_end(data, end))
			return 1;
		data += 2;
		at += 2;
		walk->at = at;
		walk->left = size;
		walk->place = size ? CHUNK_DATA : CHUNK_TRAILER;
		if (size || at >= bytes) {
			walk->is_stuck = 0;
			return 0;
		}
	}
	if (!is_line_end(data, end))
		return 1;
	walk->at = at + 2;
	walk->place = CHUNK_NONE;
	walk->is_stuck = 0;
	return 1;
}

/* Goes on where `walk` stands. Not static: the verifier then looks at it once. */
__noinline int walk_chunks(struct sk_msg_md *message, struct chunk_walk *walk)
{
	struct chunk_reading reading;

	if (!walk)
		return 0;
	reading.message = message;
	reading.walk = *walk;
	bpf_loop(CHUNKS_AT_ONCE, take_chunk, &reading, 0);
	*walk = reading.walk;
	return 0;
}

#endif
