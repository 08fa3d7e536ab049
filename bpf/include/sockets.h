/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The node's sockets that packets belong to. */
#ifndef JUMPGATE_SOCKETS_H
#define JUMPGATE_SOCKETS_H

#include "flow.h"

static __always_inline struct bpf_sock *find_socket(struct __sk_buff *skb,
						    const struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;

	if (packet->is_ipv6) {
		__builtin_memcpy(tuple.ipv6.saddr, packet->key.source, 16);
		__builtin_memcpy(tuple.ipv6.daddr, packet->key.destination, 16);
		tuple.ipv6.sport = packet->key.source_port;
		tuple.ipv6.dport = packet->key.destination_port;
		sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	} else {
		__builtin_memcpy(&tuple.ipv4.saddr, packet->key.source + 12, 4);
		__builtin_memcpy(&tuple.ipv4.daddr, packet->key.destination + 12, 4);
		tuple.ipv4.sport = packet->key.source_port;
		tuple.ipv4.dport = packet->key.destination_port;
		sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	}
	/* A service of the node that listens on every address is not the proxy. */
	if (sk && sk->state == BPF_TCP_LISTEN) {
		bpf_sk_release(sk);
		return 0;
	}
	return sk;
}

/* The other end of one of the proxy's own connections, where the client's port could not be kept.
 */
static __always_inline struct bpf_sock *find_upstream_socket(struct __sk_buff *skb,
							     const struct packet *packet)
{
	struct bpf_sock *sk, *full;

	if (packet->key.protocol != IPPROTO_TCP || packet->is_fragment)
		return 0;
	sk = find_socket(skb, packet);
	if (!sk)
		return 0;
	if (sk->state == BPF_TCP_TIME_WAIT)
		return sk;
	full = bpf_sk_fullsock(sk);
	if (full && (full->mark & MARK_MASK) == MARK_FROM_PROXY)
		return sk;
	bpf_sk_release(sk);
	return 0;
}

#endif
