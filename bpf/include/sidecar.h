/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A proxy beside the application, in the workload's own network namespace: layouts and maps.
 *
 * Each sidecar has programs and maps of its own, so nothing has to be found out at run time. What
 * its configuration says does not change after load: a new one comes with new programs, put in
 * place of the old ones; what they remember of connections they share.
 */
#ifndef JUMPGATE_SIDECAR_H
#define JUMPGATE_SIDECAR_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "jumpgate.h"

#define SIDECAR_EXCLUSIONS_MAX 1024
#define SIDECAR_OPENING_MAX    65536
#define SIDECAR_ARRIVED_MAX    8192
#define SIDECAR_LISTENERS_MAX  64

enum sidecar_count {
	SIDECAR_OUTBOUND_REDIRECTED = 0,
	SIDECAR_OUTBOUND_EXCLUDED =
	    1,			     /* loopback, link-local, ports and networks by configuration */
	SIDECAR_OUTBOUND_OWN = 2,    /* the sidecar's */
	SIDECAR_OUTBOUND_FAILED = 3, /* the sidecar refused it, or did not answer */
	SIDECAR_OUTBOUND_BLOCKED = 4, /* could not be redirected: refused */
	SIDECAR_INBOUND_REDIRECTED = 5,
	SIDECAR_INBOUND_EXCLUDED = 6,
	SIDECAR_INBOUND_FAILED = 7,  /* the sidecar does not listen: refused */
	SIDECAR_INBOUND_BLOCKED = 8, /* to the sidecar's own ports: refused */
	SIDECAR_ORIGINAL_ANSWERED = 9,
	SIDECAR_OUTBOUND_JOINED = 10, /* of the redirected ones, those whose bytes pass by queue */
	SIDECAR_INBOUND_JOINED = 11,  /* likewise, the sidecar's connections to the application */
	SIDECAR_COUNT_COUNT = 12,
};

enum sidecar_role {
	SIDECAR_CLIENT = 1,   /* the application's socket, connected to the sidecar */
	SIDECAR_ACCEPTED = 2, /* the sidecar's */
};

/* The one value of `sidecar_config`. */
struct sidecar_config {
	__u64 own_cgroup;	/* 0: none; who connects from there, or below, is the sidecar */
	__u64 netns;		/* cookie of the workload's, where sockets may be joined; else 0 */
	__u8 outbound_ipv6[16]; /* unspecified: there is none, and no way out */
	__be32 outbound_ipv4;	/* likewise */
	__be16 outbound_port;
	__u16 inbound_port; /* host order; 0: none */
	__u32 own_level;    /* depth of `own_cgroup` */
	__u32 mark;	    /* 0: none; a socket with it is the sidecar's */
};

/* Where a connection was to go. Lives and dies with the socket. */
struct sidecar_original {
	__u8 address[16];
	__be16 port;
	__u16 role; /* enum sidecar_role */
};

/* A connection on its way: the accepted socket finds by it what the connecting one, or the look-up,
 * knew. */
struct sidecar_way {
	__u64 netns; /* cookie; 0 for what arrives from outside */
	__u8 source[16];
	__u8 destination[16];
	__be16 source_port;
	__be16 destination_port;
	__u32 pad;
};

struct sidecar_port {
	__u16 port; /* host order */
	__u16 direction;
};

/* Longest-prefix key: the direction's 8 bits come first. */
struct sidecar_network {
	__u32 prefix_length;
	__u8 direction;
	__u8 address[16];
	__u8 pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sidecar_config);
} sidecar_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SIDECAR_EXCLUSIONS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sidecar_port);
	__type(value, __u32);
} sidecar_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, SIDECAR_EXCLUSIONS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sidecar_network);
	__type(value, __u32);
} sidecar_nets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sidecar_original);
} sidecar_sockets SEC(".maps");

/* An entry goes when the connection is established, and at the latest with the connecting socket.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SIDECAR_OPENING_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sidecar_way);
	__type(value, struct sidecar_original);
} sidecar_opening SEC(".maps");

/* What the look-up gave to the sidecar. A SYN may be all that ever comes: the oldest go first. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SIDECAR_ARRIVED_MAX);
	__type(key, struct sidecar_way);
	__type(value, __u32);
} sidecar_arrived SEC(".maps");

/* The sidecar's inbound listeners, in any order; one that closes leaves by itself. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, SIDECAR_LISTENERS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} sidecar_listen SEC(".maps");

/* Those that are in `sidecar_listen`. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} sidecar_known SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SIDECAR_COUNT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} sidecar_counts SEC(".maps");

/* Nothing reads this: see maps.h. */
struct sidecar_layouts {
	struct sidecar_config config;
	struct sidecar_original original;
	struct sidecar_way way;
	struct sidecar_port port;
	struct sidecar_network network;
	enum sidecar_count count;
	enum sidecar_role role;
	enum direction direction;
};

struct sidecar_layouts *sidecar_layouts SEC(".layouts");

static __always_inline struct sidecar_config *sidecar(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&sidecar_config, &zero);
}

static __always_inline void count_sidecar(__u32 what)
{
	__u64 *value = bpf_map_lookup_elem(&sidecar_counts, &what);

	if (value)
		++*value;
}

static __always_inline int is_excluded(enum direction direction, const __u8 address[16], __u16 port)
{
	struct sidecar_network network = {.prefix_length = 8 + 128, .direction = direction};
	struct sidecar_port listed = {.port = port, .direction = direction};

	if (bpf_map_lookup_elem(&sidecar_ports, &listed))
		return 1;
	__builtin_memcpy(network.address, address, 16);
	return bpf_map_lookup_elem(&sidecar_nets, &network) != 0;
}

#endif
