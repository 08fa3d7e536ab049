/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Handing a packet to the proxy. No NAT: the packet stays as it is, gets a socket and a mark, and
 * an ip rule on that mark makes the stack deliver it locally. The kernel refuses to forward a
 * packet that has a socket (ip_forward() and ip6_forward() drop it), so that a missing ip rule
 * closes the way instead of opening it.
 *
 *   client --SYN--> [from_workload] --sk_assign(listener)--> accept(): getsockname() = original
 * destination client --data-> [from_workload] --sk_assign(accepted)--> proxy server --data->
 * [from_workload] --sk_assign(upstream)--> proxy (its socket has the client's address)
 */
#ifndef JUMPGATE_PROXY_H
#define JUMPGATE_PROXY_H

#include "flow.h"

static __always_inline int assign(struct __sk_buff *skb, const struct packet *packet,
				  const struct judgement *judgement, struct bpf_sock *sk,
				  __u32 trace_point)
{
	long error = bpf_sk_assign(skb, sk, 0);

	bpf_sk_release(sk);
	if (error)
		return drop(skb, packet, judgement, DROP_PROXY_ASSIGN, trace_point);
	set_mark(skb, MARK_TO_PROXY);
	return TC_ACT_OK;
}

/*
 * To the listener: a SYN opens a connection; anything else is answered with a reset by the stack,
 * which tells both ends of a connection that may not go on at once, instead of leaving them to time
 * out.
 */
static __noinline int to_listener(struct __sk_buff *skb, const struct packet *packet,
				  const struct judgement *judgement, __u32 reason,
				  __u32 trace_point)
{
	struct bpf_sock *sk;
	__u32 index;

	if (!packet || !judgement)
		return TC_ACT_SHOT;
	index = packet->is_ipv6 ? LISTENER_IPV6 : LISTENER_IPV4;
	sk = bpf_map_lookup_elem(&listeners, &index);
	if (!sk)
		return drop(skb, packet, judgement, reason, trace_point);
	return assign(skb, packet, judgement, sk, trace_point);
}

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

/* A packet of a redirected flow, in either orientation. */
static __noinline int to_proxy(struct __sk_buff *skb, const struct packet *packet,
			       const struct judgement *judgement, __u32 trace_point)
{
	struct bpf_sock *sk;

	if (!packet || !judgement)
		return TC_ACT_SHOT;
	if (packet->is_fragment)
		return drop(skb, packet, judgement, DROP_FRAGMENT_NOT_FOUND, trace_point);
	sk = find_socket(skb, packet);
	/* A socket in TIME_WAIT takes the SYN too: the stack then asks proxy_lookup for the
	 * listener. */
	if (sk)
		return assign(skb, packet, judgement, sk, trace_point);
	return to_listener(skb, packet, judgement, DROP_NO_PROXY, trace_point);
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
