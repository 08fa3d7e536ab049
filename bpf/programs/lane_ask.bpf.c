// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall, run by the proxy before it writes to a joined socket: what only the kernel can see.
 *
 * Whether a lane's client has everything that the kernel decided to hand to it: lane_message counts
 * a response as finished when it has decided so; the bytes are queued a moment later, still within
 * the server's send. What the proxy wrote in that moment would come before the response.
 *
 * And how much of a socket's queue has not been read: nothing else paces the proxy.
 */
#include "lane_maps.h"
#include "kernel_sockets.h"

/* A send that was decided so long ago has ended; only for servers whose other threads are at work
 * on the same socket. */
#define LONG_AGO_NS (1000ull * 1000 * 1000)

static __always_inline int is_settled(__u32 index)
{
	struct lane *lane = bpf_map_lookup_elem(&lanes, &index);

	return !lane || !lane->finished_by || is_at_rest(&lane->server) ||
	       is_waiting(lane->finished_by) ||
	       bpf_ktime_get_ns() - lane->finished_ns > LONG_AGO_NS;
}

SEC("syscall")
int lane_ask(struct lane_question *question)
{
	question->answer = 0;
	if (question->reader.cookie)
		question->answer = has_unread(&question->reader)
				       ? queued_bytes(&question->reader, LANE_UNREAD_UNKNOWN)
				       : 0;
	else
		question->answer = is_settled(question->lane);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
