// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall, run by the proxy when it has relayed the response of a request that the kernel decided,
 * or the end of it: counted and reported as if the kernel had.
 */
#include "lane_maps.h"
#include "lane_report.h"

SEC("syscall")
int lane_finish(struct lane_answer *answer)
{
	struct lane_settings *settings;
	struct pair_key key = answer->key;
	__u32 zero = 0, index = answer->lane;
	struct lane *lane;

	settings = bpf_map_lookup_elem(&lane_settings, &zero);
	lane = bpf_map_lookup_elem(&lanes, &index);
	if (!settings || !lane)
		return 0;
	if (answer->status)
		account(&key, lane, lane->finished, answer->status, bpf_ktime_get_ns(),
			settings->observed);
	lane->chunk = CHUNK_NONE;
	__sync_fetch_and_add(&lane->finished, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
