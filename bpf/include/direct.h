/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Layouts of direct pairs: two applications of this node, a flow that policy allows without L7
 * rules, and so no proxy in between. Or an application and the sidecar beside it, whose policy
 * is the sidecar's affair (sidecar_join).
 *
 *     C (client's) --TCP-- S (server's)
 *
 * Both are joined when the connection is established, and hand their bytes to the other end's
 * queue. A queue has no window, and readers must find all bytes in one place (FIONREAD counts one
 * of the two). So a pair whose reader falls behind leaves for good: from then on both ends send
 * over the stack, and when both queues have been read the agent makes them ordinary sockets again.
 */
#ifndef JUMPGATE_DIRECT_H
#define JUMPGATE_DIRECT_H

#include "lanes.h"

#define DIRECT_QUEUE_MAX (1024u * 1024) /* bytes in a reader's queue before the pair leaves */
#define DIRECT_QUEUE_UNATTENDED                                                                    \
	(16u * 1024 * 1024)		 /* the same while no agent is there to let it leave */
#define DIRECT_LOOK	    (64u * 1024) /* bytes put into a queue between two looks at it */
#define DIRECT_PAIRS_MAX    65536
#define DIRECT_SIDECARS_MAX 16384

enum pair_kind {
	PAIR_WORKLOADS = 0,
	PAIR_OUTBOUND = 1, /* the application connected to its sidecar */
	PAIR_INBOUND = 2,  /* the sidecar connected to its application */
};

enum direct_state {
	DIRECT_OPENING = 0, /* who connected has joined, the other end has not yet */
	DIRECT_JOINED = 1,
	DIRECT_LEAVING = 2, /* bytes go over the stack; the queues may be unread still */
};

enum left_reason {
	LEFT_NONE = 0,
	LEFT_EARLY = 1,	   /* the other end was not there yet, or no more */
	LEFT_BEHIND = 2,   /* a reader did not keep up */
	LEFT_SWITCHED = 3, /* the node's switch or a workload's label */
	LEFT_POLICY = 4,   /* policy does not simply allow the flow any more */
	LEFT_COUNT = 5,
};

/* What one end sends. Written by its own program only, under its socket's lock. */
struct direct_way {
	__u64 bytes;   /* put into the other end's queue */
	__u64 task;    /* who sent last, */
	__u64 sent_ns; /* and when (coarse CLOCK_MONOTONIC) */
};

/*
 * Value of `direct_pairs`; the end that accepted is in `direct_ends`. An entry that is deleted may
 * be another pair's at once, under the eyes of a program that has just looked it up. So what both
 * ends change is one word that says whose it is, and what one end must be sure of it looks up once
 * more after reading.
 */
struct direct_pair {
	struct pair_end active; /* who connected */
	struct direct_way from_active;
	struct direct_way from_passive;
	__u64 state;  /* the active end's cookie, shifted, and enum direct_state */
	__u32 reason; /* enum left_reason */
	__u32 kind;   /* enum pair_kind */
};

#define DIRECT_STATE_BITS 2

/* What a socket of a pair knows of itself (socket storage). */
struct direct_socket {
	struct pair_key key;
	__u32 is_active;
	__u32 kind; /* enum pair_kind */
	struct pair_end self;
	struct pair_end peer; /* cookie 0: not known yet */
	__u64 queued;	 /* bytes in the reader's queue as of the last look, and put there since */
	__u64 allowance; /* as far as that may grow before the next look */
	__u64 revision;	 /* policy revision that allowed the flow; not of sidecars */
	__u64 refreshed_ns; /* when the flow's entry was told that it is in use; likewise */
	__u32 mode;	    /* enum lane_mode that both ends' workloads allow */
	__u32 generation;   /* when that was looked up */
};

/* Context of `direct_ask`. */
struct direct_question {
	struct pair_key key;
	__u32 answer; /* 1: both ends may become ordinary sockets now */
	__u32 pad;
};

#endif
