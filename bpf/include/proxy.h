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

#include "sockets.h"

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

#endif
