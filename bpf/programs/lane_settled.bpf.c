// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall, run by the proxy before it writes to a client or a server itself: whether everything
 * that the kernel has handed to it was queued, and has been read. lane_message counts a response as
 * finished when it has decided so; the bytes are queued a moment later, still within the server's
 * send. What the proxy wrote in that moment would come before the response; and what it wrote
 * beside an unread queue might never be noticed (see to_peer in lane_message).
 */
#include "lane_maps.h"
#include "kernel_sockets.h"

/* A send that was decided so long ago has ended; only for servers whose other threads are at work
 * on the same socket. */
#define LONG_AGO_NS (1000ull * 1000 * 1000)

/* Also where nobody is left to read: closed sockets lose their queue at once. */
static __always_inline int is_read(const struct pair_end *end)
{
	return !psock_of((struct sock *)end->sock) || queue_is_empty(end) || !is_still(end);
}

SEC("syscall")
int lane_settled(struct lane_question *question)
{
	__u32 index = question->lane;
	struct lane *lane;

	question->answer = 0;
	lane = bpf_map_lookup_elem(&lanes, &index);
	if (!lane)
		return 0;
	if ((!lane->finished_by || is_at_rest(&lane->server) || is_waiting(lane->finished_by) ||
	     bpf_ktime_get_ns() - lane->finished_ns > LONG_AGO_NS) &&
	    is_read(&lane->client))
		question->answer |= LANE_CLIENT_SETTLED;
	if (is_read(&lane->server))
		question->answer |= LANE_SERVER_SETTLED;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
