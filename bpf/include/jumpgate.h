/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every layout that crosses the kernel boundary, declared once: BPF programs include this file, and
 * the C# mirrors in bpf/Layouts are compared with the object's BTF (size, offsets, members) in a
 * unit test and again before load.
 *
 * Rules: fixed width, explicit padding, enums real (so that BTF carries them). Addresses are always
 * 16 bytes; IPv4 is written as an IPv4-mapped IPv6 address (::ffff:a.b.c.d), so that one table
 * serves both families. Ports are in network order where the type says __be16, else in host order.
 */
#ifndef JUMPGATE_H
#define JUMPGATE_H

#include <linux/types.h>

/* Marks: the upper byte is ours, the rest belongs to others. */
#define MARK_MASK 0xff000000u
#define MARK_TO_PROXY                                                                              \
	0x4a000000u /* set on packets handed to the proxy; an ip rule delivers them locally */
#define MARK_FROM_PROXY                                                                            \
	0x4b000000u /* SO_MARK of the proxy's own sockets: never redirected again                  \
		     */
#define MARK_HAIRPIN                                                                               \
	0x4c000000u /* sent back into the workload's own interface to reach the proxy from egress  \
		     */

#define PORT_CLASS_L3                                                                              \
	0u /* ICMP and other protocols without ports: only rules without ports apply */

enum direction {
	DIRECTION_EGRESS = 0,
	DIRECTION_INGRESS = 1,
};

/* What the policy says of one (subject, direction, peer, port class). */
enum verdict {
	VERDICT_NONE = 0,
	VERDICT_ALLOW = 1,
	VERDICT_REDIRECT = 2,	  /* L7 rules decide: to the proxy */
	VERDICT_DENY = 3,	  /* a deny rule matched */
	VERDICT_DEFAULT_DENY = 4, /* no rule allows it */
};

enum drop_reason {
	DROP_NONE = 0,
	DROP_POLICY_DENIED = 1,	       /* default deny: no rule allows it */
	DROP_POLICY_DENY = 2,	       /* a deny rule */
	DROP_INVALID_SOURCE = 3,       /* anti-spoofing */
	DROP_INVALID_PACKET = 4,       /* truncated or malformed */
	DROP_UNSUPPORTED_PROTOCOL = 5, /* neither IPv4, IPv6 nor ARP */
	DROP_FRAGMENT_NOT_FOUND =
	    6,		       /* a fragment whose first was not seen, or of a redirected flow */
	DROP_NO_PROXY = 7,     /* redirect wanted, but no proxy listens */
	DROP_PROXY_ASSIGN = 8, /* the stack refused the proxy's socket */
	DROP_FLOW_TABLE = 9,   /* the flow could not be recorded */
	DROP_NO_POLICY = 10,   /* no policy is loaded yet */
	DROP_UNKNOWN_ENDPOINT = 11, /* an interface without a workload */
	DROP_REASON_COUNT = 12,
};

enum flow_state {
	FLOW_NEW = 0,	      /* one direction seen */
	FLOW_ESTABLISHED = 1, /* both seen */
	FLOW_CLOSING = 2,     /* TCP: RST, or FIN in both directions */
	FLOW_FIN_FORWARD = 3, /* TCP: half-closed by the initiator */
	FLOW_FIN_REPLY = 4,   /* TCP: half-closed by the other side */
};

enum event_type {
	EVENT_DROP = 1,
	EVENT_FLOW = 2,	    /* a new flow was allowed or redirected */
	EVENT_AUDIT = 3,    /* allowed, but only because the denying document is in audit mode */
	EVENT_REQUEST = 4,  /* struct lane_event: a request decided in the kernel */
	EVENT_RESPONSE = 5, /* and what became of it */
	EVENT_LEAVE = 6,    /* a direct pair leaves: for the agent itself */
};

enum trace_point {
	TRACE_FROM_WORKLOAD = 0,
	TRACE_TO_WORKLOAD = 1,
	TRACE_FROM_UPLINK = 2,
	TRACE_ON_LOOPBACK = 3,
};

/* Key of the flow map: the initiator's orientation. ICMP echo: both ports hold the identifier. */
struct flow_key {
	__u8 source[16];
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol; /* IPPROTO_* */
	__u8 pad[3];
};

/* What the kernel knew when it judged the flow. Bit (1 << direction) of `redirect_directions` says
 * whose L7 rules ask. */
struct flow {
	__u64 revision;	  /* policy revision it was judged under; older than the active one: judged
			     again */
	__u64 created_ns; /* CLOCK_MONOTONIC */
	__u64 last_seen_ns;
	__u8 original_destination[16];
	__be16 original_port;
	__u8 verdict; /* enum verdict */
	__u8 state;   /* enum flow_state */
	__u8 redirect_directions;
	__u8 audit; /* 1: only an audit document would deny it */
	__u8 pad[2];
	__u32 source_identity;
	__u32 destination_identity;
	__u32 source_group;
	__u32 destination_group;
	__u32 source_ifindex; /* where the initiator's packets enter; 0: this host */
	__u32 rule;	      /* deciding rule, index into the revision's rule table; ~0: none */
};

/* Key of a workload address (inner map of `endpoints`). */
struct endpoint_key {
	__u8 address[16];
};

struct endpoint {
	__u32 ifindex; /* host-side interface */
	__u32 identity;
	__u32 group;   /* workloads with equal labels and equal named ports */
	__u32 subject; /* dense index of the group, for `defaults` */
};

/* Longest-prefix key of `ipcache`; IPv4 prefixes are 96 + n. */
struct ipcache_key {
	__u32 prefix_length;
	__u8 address[16];
};

struct ipcache_entry {
	__u32 identity;
	__u32 group;
};

/* Key of `policy`: an entry exists only where the verdict differs from the subject's default for
 * that port class. */
struct policy_key {
	__u32 subject; /* dense index */
	__u32 peer;    /* group */
	__u16 port_class;
	__u8 direction;
	__u8 pad;
};

struct policy_value {
	__u8 verdict; /* enum verdict */
	__u8 audit;   /* 1: an audit document would have denied it */
	__u8 pad[2];
	__u32 rule;
};

/* The one value of `port_classes`: class of every port. */
struct port_classes {
	__u16 tcp[65536];
	__u16 udp[65536];
};

/* The one value of `datapath`. The slot of every map-in-map is revision & 1; revision 0: nothing
 * loaded. */
struct datapath {
	__u64 revision;
	__u32 port_class_count[2]; /* by slot */
	__u32 event_level;	   /* 0: drops and audit only, 1: new flows too */
	__u32 pad;
};

struct packet_counter {
	__u64 packets;
	__u64 bytes;
};

struct event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 revision;
	__u8 source[16];
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
	__u8 type;    /* enum event_type */
	__u8 verdict; /* enum verdict */
	__u8 reason;  /* enum drop_reason */
	__u32 source_identity;
	__u32 destination_identity;
	__u32 ifindex;
	__u32 rule;	  /* index into the revision's rule table; ~0: none */
	__u32 length;	  /* bytes of the packet */
	__u8 trace_point; /* enum trace_point */
	__u8 direction;	  /* enum direction whose policy decided */
	__u8 tcp_flags;
	__u8 pad;
};

#endif
