// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct datapath {
	__u32 port_class_count[2];
	__u64 revision;
	__u32 event_level;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datapath);
} datapath SEC(".maps");

SEC("tc")
int planted(struct __sk_buff *skb)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&datapath, &key) ? 0 : -1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
