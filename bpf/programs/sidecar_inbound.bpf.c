// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_lookup, in the workload's network namespace: connections from outside reach the sidecar's
 * inbound listener. The accepted socket's own address is where they were to go; it also answers
 * SO_ORIGINAL_DST.
 *
 * What the workload sends to itself stays its own: the sidecar's connections to the application
 * among it. The stack asks here wherever it looks for a listener: a SYN, one that finds TIME_WAIT,
 * and the last packet of a handshake with a SYN cookie.
 */
#include "address.h"
#include "sidecar.h"

#define AF_INET_	 2
#define IPPROTO_TCP_	 6
#define LOOPBACK_IFINDEX 1
#define IPV4_LOOPBACK	 127

/*
 * A packet to an address of another interface that takes the loopback is said to have entered by
 * that interface; its source tells then. The stack lets nobody outside have it: such packets are
 * martians, and the answers to them would not leave.
 */
static __always_inline int is_from_inside(const struct bpf_sk_lookup *ctx,
					  const struct sidecar_way *way)
{
	const __u32 *words = (const __u32 *)way->source;

	if (ctx->ingress_ifindex == LOOPBACK_IFINDEX || same_address(way->source, way->destination))
		return 1;
	if (words[0] || words[1])
		return 0;
	return words[2] ? way->source[12] == IPV4_LOOPBACK : words[3] == bpf_htonl(1);
}

SEC("sk_lookup")
int sidecar_inbound(struct bpf_sk_lookup *ctx)
{
	struct sidecar_config *config = sidecar();
	struct sidecar_way way = {};
	__u32 one = 1;

	if (ctx->protocol != IPPROTO_TCP_)
		return SK_PASS;
	if (!config)
		return SK_DROP;
	if (ctx->family == AF_INET_) {
		map_ipv4(way.source, ctx->remote_ip4);
		map_ipv4(way.destination, ctx->local_ip4);
	} else {
		/* Whole addresses: what is read elsewhere as 8 bytes must not be written as 4. */
		__u32 remote[4] = {ctx->remote_ip6[0], ctx->remote_ip6[1], ctx->remote_ip6[2],
				   ctx->remote_ip6[3]};
		__u32 local[4] = {ctx->local_ip6[0], ctx->local_ip6[1], ctx->local_ip6[2],
				  ctx->local_ip6[3]};

		__builtin_memcpy(way.source, remote, 16);
		__builtin_memcpy(way.destination, local, 16);
	}
	way.source_port = ctx->remote_port;
	way.destination_port = bpf_htons(ctx->local_port);
	if (is_from_inside(ctx, &way))
		return SK_PASS;
	/* The sidecar would hand it to itself. */
	if (ctx->local_port == config->inbound_port ||
	    way.destination_port == config->outbound_port) {
		count_sidecar(SIDECAR_INBOUND_BLOCKED);
		return SK_DROP;
	}
	if (is_excluded(DIRECTION_INGRESS, way.source, ctx->local_port)) {
		count_sidecar(SIDECAR_INBOUND_EXCLUDED);
		return SK_PASS;
	}
	for (__u32 i = 0; i < SIDECAR_LISTENERS_MAX; i++) {
		__u32 slot = i;
		struct bpf_sock *sk = bpf_map_lookup_elem(&sidecar_listen, &slot);
		long refused;

		if (!sk)
			continue;
		refused = bpf_sk_assign(ctx, sk, 0); /* where it is of the other family */
		bpf_sk_release(sk);
		if (refused)
			continue;
		bpf_map_update_elem(&sidecar_arrived, &way, &one, BPF_ANY);
		count_sidecar(SIDECAR_INBOUND_REDIRECTED);
		return SK_PASS;
	}
	count_sidecar(SIDECAR_INBOUND_FAILED);
	return SK_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
