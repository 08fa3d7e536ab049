/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps of direct pairs, shared by their programs and the agent. */
#ifndef JUMPGATE_DIRECT_MAPS_H
#define JUMPGATE_DIRECT_MAPS_H

#include "direct.h"
#include "lane_maps.h"

/* Joined sockets by cookie. Sockets leave by themselves when they close. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, DIRECT_PAIRS_MAX * 2);
	__type(key, __u64);
	__type(value, __u64);
} direct_joined SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct direct_socket);
} direct_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DIRECT_PAIRS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct pair_key);
	__type(value, struct direct_pair);
} direct_pairs SEC(".maps");

/* The end that accepted, by the cookie of the one that connected; written once. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DIRECT_PAIRS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct pair_end);
} direct_ends SEC(".maps");

/* Those that are leaving: what the agent has to do. Survives it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DIRECT_PAIRS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct pair_key);
	__type(value, __u32);
} direct_leaving SEC(".maps");

/* Sockets whose readers are to look again: what direct_wake has to do. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DIRECT_PAIRS_MAX * 2);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32);
} direct_waking SEC(".maps");

/* What passed by queue between a sidecar and its application, by the network namespace's cookie.
 * The agent makes the entries. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DIRECT_SIDECARS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct packet_counter);
} direct_sidecars SEC(".maps");

/* Pairs that joined (LEFT_NONE), and those that left, by enum left_reason. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEFT_COUNT);
	__type(key, __u32);
	__type(value, struct packet_counter);
} direct_counts SEC(".maps");

#endif
