/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table that decides HTTP requests in the kernel: deterministic automata over the bytes of a
 * canonical request head, compiled in user space (sockmap/Automata), walked by
 * bpf/programs/lane_message.bpf.c and, for tests, by an interpreter in C#.
 *
 * Two sections, each with classes of bytes of its own: one for method and target, whose size is
 * that of the rules' paths, and one for what follows. The walk: state = start, facts = 0; for each
 * byte b of the head:
 *     state = rows[state * stride + byte_class[b]]
 * and where state < specials, outcomes[state] says what this byte completed. State 0 is "don't
 * know" and ends the walk. Where state - specials < plains, printable bytes need no look.
 * Everything the automaton does not accept is "don't know": it never says "deny".
 */
#ifndef JUMPGATE_AUTOMATON_H
#define JUMPGATE_AUTOMATON_H

#include <linux/types.h>

#define AUTOMATON_MAGIC		   0x4a474132u /* "JGA2" */
#define AUTOMATON_MAX_HEAD	   4096u       /* bytes; a longer head is "don't know" */
#define AUTOMATON_MAX_ALTERNATIVES 32u	       /* of one request class and direction */
#define AUTOMATON_MAX_LINES	   64u	       /* of a head; more are "don't know" */

/* Facts that frame the message; the others (bits 2 to 63) stand for conditions on host and headers.
 */
#define FACT_HOST	    (1ull << 0) /* the Host line was seen */
#define FACT_CONTENT_LENGTH (1ull << 1)
#define FACT_CHUNKED	    (1ull << 2) /* of responses, about which nobody has conditions */

enum head_event {
	HEAD_UNKNOWN = 0,      /* state 0 alone */
	HEAD_CLASS = 1,	       /* the target's end, or the status: `value` is the class; the walk
				  goes on in the next section, where there is one */
	HEAD_HEADER = 2,       /* a header line's LF: `facts` hold now */
	HEAD_LENGTH_DIGIT = 3, /* length = length * 10 + (byte - '0') */
	HEAD_END = 4,	       /* the empty line's LF: ask the request class */
};

/* What reaching a state below `specials` means. The walk goes on from that state. */
struct automaton_outcome {
	__u64 facts; /* set by this line */
	__u64 once;  /* of these none may be set yet, else "don't know": repeated headers */
	__u32 event; /* enum head_event */
	__u32 value;
};

/*
 * What method and target leave open. The request is allowed where one alternative of *each*
 * direction has all its facts set, and the Host line was seen; the first such alternative names the
 * rule. No alternative at all: "don't know". A direction without L7 rules has one alternative
 * without facts and the rule RULE_NONE.
 */
struct automaton_class {
	__u32 egress; /* index of the first alternative */
	__u32 egress_count;
	__u32 ingress;
	__u32 ingress_count;
	__u32 method; /* enum request_method */
	__u32 pad;
};

/* Of the automaton that frames responses, `automaton_outcome.value` of the status line. */
enum response_class {
	RESPONSE_WITH_BODY =
	    0, /* chunked, or of the length that Content-Length says; else "don't know" */
	RESPONSE_WITHOUT_BODY = 1, /* 204 and 304, whatever the head says */
};

enum request_method {
	METHOD_OTHER = 0, /* a token that is none of these */
	METHOD_GET = 1,
	METHOD_HEAD = 2, /* its response has no body, whatever its head says */
	METHOD_POST = 3,
	METHOD_PUT = 4,
	METHOD_DELETE = 5,
	METHOD_PATCH = 6,
	METHOD_OPTIONS = 7,
};

struct automaton_alternative {
	__u64 facts;
	__u32 rule; /* index into the rule set's rules, egress first, then ingress; RULE_NONE */
	__u32 pad;
};

#define RULE_NONE 0xffffffffu

/* Offsets are in bytes from the start of the automaton, multiples of 8. */
struct automaton_section {
	__u32 start;
	__u32 stride; /* entries in a row: byte classes, at most 256 */
	__u32 specials;
	__u32 states;	/* at most 65536 */
	__u32 outcomes; /* struct automaton_outcome[specials] */
	__u32 rows;	/* __u16[states * stride] */
	__u32 next;	/* the section that follows; 0: none */
	__u32 zero; /* 0, unknown to the verifier: counts begin here, and it need not follow each */
	__u32 plains; /* states behind the specials that every byte from 0x20 to 0x7e leaves as they
			 are */
	__u32 pad;
	__u8 byte_class[256];
};

struct automaton {
	__u32 magic;
	__u32 size;    /* bytes in all, this struct included */
	__u32 classes; /* struct automaton_class[class_count] */
	__u32 class_count;
	__u32 alternatives; /* struct automaton_alternative[alternative_count] */
	__u32 alternative_count;
	__u32 counters; /* index in `lane_rules` of the first rule's; RULE_NONE: not counted */
	__u32 pad;
	struct automaton_section first;
};

#endif
