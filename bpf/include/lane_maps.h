/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps of the socket acceleration, shared by its two programs and the agent. */
#ifndef JUMPGATE_LANE_MAPS_H
#define JUMPGATE_LANE_MAPS_H

#include "maps.h"
#include "automaton.h"
#include "direct.h"

#define LANES_DEFAULT	   16384
#define LANE_SOCKETS_MAX   131072
#define LANE_ENDPOINTS_MAX 65536
#define ARENA_DEFAULT	   (16 * 1024 * 1024)
#define ARENA_SLACK	   512 /* so that the last masked offset still has room for a whole struct */

/* Joined sockets by cookie. Sockets leave by themselves when they close. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, LANE_SOCKETS_MAX);
	__type(key, __u64);
	__type(value, __u64);
} lane_joined SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct lane_socket);
} lane_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_SOCKETS_MAX / 2);
	__type(key, struct pair_key);
	__type(value, struct pair);
} lane_pairs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANE_ENDPOINTS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct endpoint_key);
	__type(value, struct lane_endpoint);
} lane_endpoints SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lane_settings);
} lane_settings SEC(".maps");

/* Which lane a socket belongs to: index into `lanes` by cookie, for all four. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LANES_DEFAULT * 4);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32);
} lane_of SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LANES_DEFAULT);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct lane);
} lanes SEC(".maps");

/* All automata, at offsets that the agent gives out. */
struct arena {
	__u8 bytes[ARENA_DEFAULT + ARENA_SLACK];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct arena);
} lane_arena SEC(".maps");

/* Messages by enum lane_reason: requests first, then responses. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2 * LANE_REASON_COUNT);
	__type(key, __u32);
	__type(value, struct packet_counter);
} lane_reasons SEC(".maps");

/* What the rules of all automata decided; the agent gives out the indices. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LANE_RULES_MAX);
	__type(key, __u32);
	__type(value, struct lane_rule);
} lane_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lane_latency);
} lane_latency SEC(".maps");

/* Bytes between joined sockets: in the queue, then over the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct packet_counter);
} lane_bytes SEC(".maps");

/* Nothing reads this: it makes the compiler describe every shared layout in full in the object's
 * BTF. */
struct lane_layouts {
	struct lane lane;
	struct lane_socket lane_socket;
	struct lane_settings lane_settings;
	struct lane_endpoint lane_endpoint;
	struct pair pair;
	struct lane_rule lane_rule;
	struct lane_latency lane_latency;
	struct lane_event lane_event;
	struct lane_question lane_question;
	struct lane_answer lane_answer;
	struct direct_pair direct_pair;
	struct direct_socket direct_socket;
	struct direct_question direct_question;
	enum lane_mode lane_mode;
	enum lane_reason lane_reason;
	enum chunk_place chunk_place;
	enum direct_state direct_state;
	enum pair_kind pair_kind;
	enum left_reason left_reason;
};

struct lane_layouts *lane_layouts SEC(".layouts");

#endif
