// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter/tcp, read by the agent in a workload's network namespace: has the readers of sockets that
 * have just become ordinary ones look again. One that waits for edges and saw FIONREAD say 0, while
 * that counted the empty queue, sleeps on the bytes that the stack had for it already.
 *
 * Setting SO_RCVLOWAT to what it is makes the stack tell the reader what is there.
 */
#include "direct_maps.h"
#include "kernel_sockets.h"

#define SOL_SOCKET  1
#define SO_RCVLOWAT 18

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_iter__tcp {
	struct sock_common *sk_common;
};
#pragma clang attribute pop

SEC("iter/tcp")
int direct_wake(struct bpf_iter__tcp *context)
{
	struct sock_common *common = context->sk_common;
	struct tcp_sock *socket;
	__u64 cookie;
	int low;

	if (!common)
		return 0;
	socket = bpf_skc_to_tcp_sock(common);
	if (!socket)
		return 0;
	cookie = BPF_CORE_READ((struct sock *)socket, __sk_common.skc_cookie.counter);
	if (!bpf_map_lookup_elem(&direct_waking, &cookie))
		return 0;
	low = BPF_CORE_READ((struct sock *)socket, sk_rcvlowat);
	bpf_setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
