// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_lookup on the node's network namespace. A new connection of a redirected flow whose 4-tuple
 * still has a socket in TIME_WAIT here goes to that socket first; the stack finds the SYN good,
 * looks for a listener on the original destination, and asks us. Without this, a client that reuses
 * a port within a minute would have to wait.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include "address.h"
#include "maps.h"

#define AF_INET_ 2

SEC("sk_lookup")
int proxy_lookup(struct bpf_sk_lookup *ctx)
{
	struct flow_key key = {};
	struct bpf_sock *sk;
	struct flow *flow;
	__u32 index;

	if (ctx->protocol != IPPROTO_TCP)
		return SK_PASS;
	if (ctx->family == AF_INET_) {
		map_ipv4(key.source, ctx->remote_ip4);
		map_ipv4(key.destination, ctx->local_ip4);
		index = LISTENER_IPV4;
	} else {
		for (int i = 0; i < 4; i++) {
			((__u32 *)key.source)[i] = ctx->remote_ip6[i];
			((__u32 *)key.destination)[i] = ctx->local_ip6[i];
		}
		index = LISTENER_IPV6;
	}
	key.source_port = ctx->remote_port;
	key.destination_port = bpf_htons(ctx->local_port);
	key.protocol = IPPROTO_TCP;
	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow || flow->verdict != VERDICT_REDIRECT)
		return SK_PASS;
	sk = bpf_map_lookup_elem(&listeners, &index);
	if (!sk)
		return SK_DROP;
	bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
