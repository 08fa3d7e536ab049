/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ends of a connection find each other. */
#ifndef JUMPGATE_LANE_PAIRS_H
#define JUMPGATE_LANE_PAIRS_H

#include <linux/in.h>
#include "lane_maps.h"

/* Writes this end into the pair and reads the other one; 0 where that has not joined (yet). */
static __always_inline int pair_up(struct lane_socket *socket)
{
	struct pair_end *own, *other;
	struct pair fresh = {};
	struct pair *pair;

	pair = bpf_map_lookup_elem(&lane_pairs, &socket->key);
	if (!pair) {
		bpf_map_update_elem(&lane_pairs, &socket->key, &fresh, BPF_NOEXIST);
		pair = bpf_map_lookup_elem(&lane_pairs, &socket->key);
	}
	if (!pair)
		return 0;
	own = socket->is_active ? &pair->active : &pair->passive;
	other = socket->is_active ? &pair->passive : &pair->active;
	own->sock = socket->self.sock;
	/* The cookie last: who sees it finds the address there. */
	__sync_lock_test_and_set(&own->cookie, socket->self.cookie);
	socket->peer.cookie = __sync_fetch_and_add(&other->cookie, 0);
	socket->peer.sock = other->sock;
	return socket->peer.cookie != 0;
}

/* What the workloads at both ends allow; off where one is not known. */
static __always_inline __u32 endpoints_mode(const struct pair_key *pair,
					    struct lane_endpoint **source,
					    struct lane_endpoint **destination)
{
	struct endpoint_key key;

	__builtin_memcpy(key.address, pair->source, 16);
	*source = bpf_map_lookup_elem(&lane_endpoints, &key);
	__builtin_memcpy(key.address, pair->destination, 16);
	*destination = bpf_map_lookup_elem(&lane_endpoints, &key);
	if (!*source || !*destination)
		return LANE_OFF;
	return (*source)->mode < (*destination)->mode ? (*source)->mode : (*destination)->mode;
}

/* The initiator's orientation, as in `flows`. */
static __always_inline struct flow *flow_of(const struct pair_key *pair)
{
	struct flow_key key = {};

	__builtin_memcpy(key.source, pair->source, 16);
	__builtin_memcpy(key.destination, pair->destination, 16);
	key.source_port = pair->source_port;
	key.destination_port = pair->destination_port;
	key.protocol = IPPROTO_TCP;
	return bpf_map_lookup_elem(&flows, &key);
}

#endif
