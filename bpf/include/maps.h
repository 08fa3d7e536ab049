/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps that all programs share. Every object declares them; the loader makes one kernel map of
 * each and pins it.
 *
 * The tables of a policy revision are inner maps of five two-slot arrays. The agent fills the slot
 * that is not in use and then writes `datapath.revision`: everything flips with that one write,
 * because the slot is revision & 1 and a program reads the revision once per packet.
 */
#ifndef JUMPGATE_MAPS_H
#define JUMPGATE_MAPS_H

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "jumpgate.h"

#define SLOTS		  2
#define FLOWS_DEFAULT	  262144
#define FRAGMENTS_MAX	  8192
#define EVENTS_BYTES	  (1024 * 1024)
#define VERDICTS_MAX	  8
#define LISTENER_IPV4	  0
#define LISTENER_IPV6	  1
#define INNER_PLACEHOLDER 1 /* inner maps are created by the agent, sized to their content */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datapath);
} datapath SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FLOWS_DEFAULT);
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows SEC(".maps");

/* Ports of a datagram's first fragment, for the later ones, which carry none. */
struct fragment_key {
	__u8 source[16];
	__u8 destination[16];
	__u32 identification;
	__u8 protocol;
	__u8 pad[3];
};

struct fragment {
	__be16 source_port;
	__be16 destination_port;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTS_MAX);
	__type(key, struct fragment_key);
	__type(value, struct fragment);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_REASON_COUNT);
	__type(key, __u32);
	__type(value, struct packet_counter);
} drops SEC(".maps");

/* New flows (and flows judged again) by enum verdict. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICTS_MAX);
	__type(key, __u32);
	__type(value, struct packet_counter);
} verdicts SEC(".maps");

struct event_window {
	__u64 started_ns;
	__u64 sent;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event_window);
} event_budget SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_BYTES);
} events SEC(".maps");

/* The proxy's listening sockets. A dead proxy's sockets leave the map by themselves: no listener,
 * no way through. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} listeners SEC(".maps");

/*
 * Inner maps give sizes, not types: the agent creates them without BTF, and Linux before 6.2
 * refuses a map where the template was described and the map is not (it compares timer_off, which
 * then differs).
 */
struct endpoints_inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, INNER_PLACEHOLDER);
	__uint(key_size, sizeof(struct endpoint_key));
	__uint(value_size, sizeof(struct endpoint));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct endpoints_inner);
} endpoints SEC(".maps");

struct ipcache_inner {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, INNER_PLACEHOLDER);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct ipcache_key));
	__uint(value_size, sizeof(struct ipcache_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct ipcache_inner);
} ipcache SEC(".maps");

struct policy_inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, INNER_PLACEHOLDER);
	__uint(key_size, sizeof(struct policy_key));
	__uint(value_size, sizeof(struct policy_value));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct policy_inner);
} policy SEC(".maps");

struct defaults_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, INNER_PLACEHOLDER);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct policy_value));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct defaults_inner);
} defaults SEC(".maps");

struct port_classes_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct port_classes));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__array(values, struct port_classes_inner);
} port_classes SEC(".maps");

/* Nothing reads this: it makes the compiler describe every shared layout in full in the object's
 * BTF. */
struct layouts {
	struct endpoint_key endpoint_key;
	struct endpoint endpoint;
	struct ipcache_key ipcache_key;
	struct ipcache_entry ipcache_entry;
	struct policy_key policy_key;
	struct policy_value policy_value;
	struct port_classes port_classes;
	struct flow_key flow_key;
	struct flow flow;
	struct datapath datapath;
	struct packet_counter packet_counter;
	struct event event;
	enum direction direction;
	enum verdict verdict;
	enum drop_reason drop_reason;
	enum flow_state flow_state;
	enum event_type event_type;
	enum trace_point trace_point;
};

struct layouts *layouts SEC(".layouts");

#endif
