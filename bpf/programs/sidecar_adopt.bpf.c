// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter/tcp, read by the agent in a workload's network namespace: finds the sidecar's listeners that
 * were there before sidecar_follow was. The socket itself says whose it is: nothing has to be read
 * of the sidecar's process, which would take the rights of a debugger.
 *
 * The kernel holds each socket's lock meanwhile, as it does while one begins to listen: who comes
 * second finds that the socket is known.
 */
#include "sidecar_listeners.h"

#define AF_INET_   2
#define AF_INET6_  10
#define TCP_LISTEN 10

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_iter__tcp {
	struct sock_common *sk_common;
};

struct in6_addr_ {
	__u8 bytes[16];
};

struct sock_common___address {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	__be32 skc_rcv_saddr;
	__u16 skc_num;
	struct in6_addr_ skc_v6_rcv_saddr;
};

struct sock___mark {
	__u32 sk_mark;
};
#pragma clang attribute pop

static __always_inline int has_our_address(const struct sock_common___address *common)
{
	__u8 address[16] __attribute__((aligned(8))) = {};

	switch (BPF_CORE_READ(common, skc_family)) {
	case AF_INET_:
		map_ipv4(address, BPF_CORE_READ(common, skc_rcv_saddr));
		break;
	case AF_INET6_:
		BPF_CORE_READ_INTO(&address, common, skc_v6_rcv_saddr);
		break;
	default:
		return 0;
	}
	return is_for_sidecar(address);
}

SEC("iter/tcp")
int sidecar_adopt(struct bpf_iter__tcp *context)
{
	struct sock_common___address *common = (void *)context->sk_common;
	struct sidecar_config *config = sidecar();
	struct tcp_sock *socket;
	__u32 mark;

	if (!common || !config || !config->inbound_port)
		return 0;
	socket = bpf_skc_to_tcp_sock(common);
	if (!socket || BPF_CORE_READ(common, skc_state) != TCP_LISTEN ||
	    BPF_CORE_READ(common, skc_num) != config->inbound_port || !has_our_address(common))
		return 0;
	mark = BPF_CORE_READ((struct sock___mark *)socket, sk_mark);
	if (!is_the_sidecars(config, (__u64)socket, mark) ||
	    bpf_sk_storage_get(&sidecar_known, socket, 0, 0))
		return 0;
	for (__u32 i = 0; i < SIDECAR_LISTENERS_MAX; i++) {
		__u32 slot = i;

		if (bpf_map_update_elem(&sidecar_listen, &slot, socket, BPF_NOEXIST))
			continue;
		bpf_sk_storage_get(&sidecar_known, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
		break;
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
