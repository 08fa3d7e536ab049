/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Layouts of the socket acceleration (sockmap/). A proxied connection has four sockets on this
 * node:
 *
 *     C (client's) --TCP-- P1 (accepted by the proxy)    P2 (the proxy's to the server) --TCP-- S
 * (server's)
 *
 * Joined sockets hand their bytes to the other end's queue without the stack in between. In a lane
 * C's program may hand an allowed request straight to S, and S's program its response straight to
 * C.
 */
#ifndef JUMPGATE_LANES_H
#define JUMPGATE_LANES_H

#include "jumpgate.h"

#define LANE_REQUESTS_MAX 16u /* requests on their way through the kernel in one lane */
#define LANE_REQUEST_MAX                                                                           \
	(32u * 1024) /* bytes of a request, body included, that pass in the kernel */
#define LANE_RESPONSE_MAX (256u * 1024) /* the same of a response */
#define LANE_IN_FLIGHT_MAX                                                                         \
	(256u * 1024) /* bytes in a joined socket's queue before the stack's window is asked for   \
		       */

#define LANE_UNREAD_UNKNOWN 0xffffffffu /* some; this kernel does not count them */

#define LANE_HEAD_KNOWN_MAX 512u /* a power of two */

#define LANE_STATUS_CLASSES  6u
#define LANE_LATENCY_BUCKETS 24u
#define LANE_LINE_MAX	     256u
#define LANE_RULES_MAX	     16384u

/* What the sockets of a workload may do; the smaller of both ends' counts, and the node's own. */
enum lane_mode {
	LANE_OFF = 0,
	LANE_SHORT_CIRCUIT = 1, /* joined: bytes go to the peer's queue */
	LANE_POLICY = 2,	/* and requests are decided in the kernel */
};

/* Why the kernel did not decide a message of a lane's client or server itself. */
enum lane_reason {
	LANE_DECIDED = 0,
	LANE_CLOSED = 1,    /* the proxy has not come to a clean boundary */
	LANE_STALE = 2,	    /* the policy changed; the proxy has not renewed the lane yet */
	LANE_UNKNOWN = 3,   /* the automaton says "don't know" */
	LANE_SPLIT = 4,	    /* the request, its body included, is not whole in one send */
	LANE_TOO_LARGE = 5, /* head or body over the limit */
	LANE_CROWDED = 6,   /* too many requests on their way */
	LANE_FULL = 7,	    /* the reader does not keep up */
	LANE_ORDER = 8,	    /* bytes on the ordinary path have not been read yet */
	LANE_GONE = 9,	    /* the other end has left */
	LANE_RESPONSE = 10, /* a response that cannot be framed here */
	LANE_BROKEN = 11,   /* bytes of a response are missing; the rest is refused */
	LANE_REASON_COUNT = 12,
};

/* Where a chunked response stands. It is the kernel's or the proxy's from the beginning of a line
 * on, or from anywhere in a chunk's data. */
enum chunk_place {
	CHUNK_NONE = 0,	    /* there is none */
	CHUNK_SIZE = 1,	    /* a chunk's size comes next */
	CHUNK_DATA = 2,	    /* data of a stated length */
	CHUNK_DATA_END = 3, /* the line end behind a chunk's data */
	CHUNK_TRAILER = 4,  /* what follows the last chunk's line: trailers, or the end */
};

/* Value of `lane_endpoints`; the key is an address, as in `endpoints`. */
struct lane_endpoint {
	__u64 netns;  /* cookie of the network namespace whose sockets bear the address */
	__u32 mode;   /* enum lane_mode */
	__u32 direct; /* 1: also for flows without L7 rules, past the proxy (direct.h) */
};

struct lane_settings {
	__u32 mode;	  /* enum lane_mode: at most this */
	__u32 observed;	  /* 1: somebody listens, requests are reported */
	__u64 node_netns; /* cookie of the proxy's network namespace */
	__u32 generation; /* of `lane_endpoints`: sockets look there again when it has changed */
	__u32 pad;
	__u64 attended_ns; /* when an agent was last here (CLOCK_MONOTONIC) */
};

/* A TCP connection between two joined sockets. Initial sequence numbers make it exact: addresses
 * repeat, in other namespaces and over time. */
struct pair_key {
	__u64 netns;	 /* cookie, of pairs in one namespace: the loopback is in each; else 0 */
	__u8 source[16]; /* who connected */
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u32 source_sequence; /* the first byte each side sends */
	__u32 destination_sequence;
	__u32 pad;
};

struct pair_end {
	__u64 cookie; /* 0: not joined (yet) */
	__u64 sock; /* its address in the kernel, good for a look only where the cookie there is the
		       same */
};

struct pair {
	struct pair_end active; /* who connected */
	struct pair_end passive;
};

/* A head, or the fields of one, that was read before (C: a request's fields; S: a response's head).
 */
struct lane_head {
	__u64 revision;	 /* policy revision, */
	__u32 automaton; /* and automaton that read it */
	__u32 length;	 /* of `bytes`; 0: none */
	__u64 facts;
	__u32 body; /* its length, as the head says */
	__u32 class;
	__u8 bytes[LANE_HEAD_KNOWN_MAX +
		   8]; /* a word more: what a verifier believes of the last one */
};

/* What a joined socket knows of itself (socket storage; the proxy reads that of its own). */
struct lane_socket {
	struct pair_key key;
	__u32 lane; /* index into `lanes`, plus one; 0: none known */
	struct pair_end self;
	struct pair_end peer;
	__u64 redirected; /* bytes put into the peer's queue, since birth */
	__u64 stacked;	  /* an application's bytes sent over the stack, since birth */
	__u64 queued;	  /* of the bytes put into one queue those that may be unread still */
	__u64 remaining;  /* S: bytes of the response on its way to C that are still to come; of a
			     chunked one, of the chunk's data */
	__u32 sequence;	  /* write sequence that `stacked` was counted up to */
	__u8 is_active;
	__u8 ordinary;	  /* bytes of ours went over the stack and may be unread */
	__u8 is_proxys;	  /* in the node's namespace: the proxy's own end */
	__u8 broken;	  /* S: bytes of a response are missing, and nothing may follow them */
	__u32 status;	  /* S: of the response on its way */
	__u32 mode;	  /* enum lane_mode that both ends' workloads allow */
	__u32 generation; /* when that was looked up */
	__u32 chunk;	  /* S: enum chunk_place of the response on its way to C */
	__u32 rest;	  /* S: bytes of the message that the last verdict was not for */
	__u32 pad;
	__u64 refreshed_ns; /* when the flow's entry was told that it is in use */
	struct lane_head known;
};

/* One lane. The first part is written by the proxy, the second by C's program, the third by S's. */
struct lane {
	struct pair_end client;	    /* C; cookie 0: the slot is free */
	struct pair_end server;	    /* S */
	struct pair_end downstream; /* P1 */
	struct pair_end upstream;   /* P2 */
	__u64 revision;		    /* policy revision that `automaton` belongs to */
	__u64 requests_consumed;  /* bytes the proxy took from P1, told at a clean boundary only */
	__u64 responses_consumed; /* bytes the proxy took from P2, likewise */
	__u32 automaton;	  /* offset in the arena; 0: none */
	__u32 response_automaton;
	__u32 open; /* 0: nothing is decided in the kernel any more; requests under way are finished
		     */
	__u32 pad_open;
	__u64 pad_proxy[3];

	__u64 last_use_ns; /* CLOCK_MONOTONIC */
	__u64 requests;	   /* decided in the kernel */
	__u64 request_bytes;
	__u32 started;	     /* requests handed to S */
	__u32 client_reason; /* enum lane_reason of the last message that went to the proxy */
	__u32
	    upstream_ordinary; /* 1: the proxy's bytes to S went over the stack and may be unread */
	__u32 pad_client;
	__u64 pad_requests[3];

	__u64 response_bytes;
	__u32 finished; /* of these the ones whose response was handed to C, or (the proxy's count)
			   taken over */
	__u32 server_reason;
	__u32 downstream_ordinary; /* 1: the proxy's bytes to C went over the stack and may be
				      unread */
	__u32 chunk; /* enum chunk_place: where the proxy has to go on with the oldest response;
			CHUNK_NONE: at its beginning */
	__u64 finished_by; /* the task whose send finished the last response */
	__u64 finished_ns;
	__u32 chunk_left; /* bytes of the chunk's data still to come */
	__u32 status;	  /* of that response */
	__u64 pad_responses[2];

	__u8 methods[LANE_REQUESTS_MAX]; /* enum request_method, a ring by `started` */
	__u32 rules[LANE_REQUESTS_MAX];	 /* index in `lane_rules`; RULE_NONE: not counted */
	__u64 started_ns[LANE_REQUESTS_MAX];
};

/* Requests that the kernel decided for one rule, by the class of the response's status (1 to 5). */
struct lane_rule {
	__u64 by_status[LANE_STATUS_CLASSES];
};

/* From the request's send to the last byte of its response handed to the client. Bucket n counts
 * what took less than 2^n microseconds (the last: everything else) and not less than half of it. */
struct lane_latency {
	__u64 buckets[LANE_LATENCY_BUCKETS];
};

/* What `events` carries of a request (EVENT_REQUEST), and of its response (EVENT_RESPONSE) without
 * `line`. */
struct lane_event {
	struct event event; /* source and destination are the client's connection */
	__u64 latency_ns;
	__u64 client; /* cookie of the client's socket */
	__u32 number; /* of the request in its lane */
	__u32 rule;   /* index in `lane_rules` */
	__u32 status;
	__u32 line_length;	  /* bytes of `line` that are the request's */
	__u8 line[LANE_LINE_MAX]; /* its beginning */
};

/* Context of `lane_ask`. */
struct lane_question {
	struct pair_end reader; /* cookie 0: the lane is meant */
	__u32 lane;
	__u32 answer; /* of a reader: bytes in its queue; of a lane, 1: nothing finished is on its
			 way to the client's queue */
};

/* Context of `lane_finish`. */
struct lane_answer {
	struct pair_key key; /* the client's connection */
	__u32 lane;
	__u32 status; /* of the response; 0: it broke off, and is not counted */
};

#endif
