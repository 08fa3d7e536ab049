// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall, run by the proxy before it answers a client itself: whether everything that the kernel
 * decided to hand to the client is in the client's queue. lane_message counts a response as
 * finished when it has decided so; the bytes are queued a moment later, still within the server's
 * send. An answer of the proxy in that moment would come before the response.
 */
#include "lane_maps.h"
#include "kernel_sockets.h"

/* A send that was decided so long ago has ended; only for servers whose other threads are at work
 * on the same socket. */
#define LONG_AGO_NS (1000ull * 1000 * 1000)

SEC("syscall")
int lane_settled(struct lane_question *question)
{
	__u32 index = question->lane;
	struct lane *lane;

	question->answer = 0;
	lane = bpf_map_lookup_elem(&lanes, &index);
	if (!lane)
		return 0;
	question->answer = !lane->finished_by || is_at_rest(&lane->server) ||
			   is_waiting(lane->finished_by) ||
			   bpf_ktime_get_ns() - lane->finished_ns > LONG_AGO_NS;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
