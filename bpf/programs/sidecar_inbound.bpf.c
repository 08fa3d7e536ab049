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
#define ASSIGN_FLAGS	 (BPF_SK_LOOKUP_F_REPLACE | BPF_SK_LOOKUP_F_NO_REUSEPORT)

/*
 * A packet to an address of another interface that takes the loopback is said to have entered by
 * that interface; its source tells then. The stack lets nobody outside have it: such packets are
 * martians, and the answers to them would not leave.
 */
static __always_inline int is_from_inside(const struct bpf_sk_lookup *ctx,
					  const struct sidecar_way *way)
{
	return ctx->ingress_ifindex == LOOPBACK_IFINDEX || is_loopback(way->source) ||
	       same_address(way->source, way->destination);
}

/*
 * Which of the sidecar's listeners a connection gets: the one of the greatest weight. The same one
 * again as long as it is there, as the last packet of a handshake with a SYN cookie needs it.
 */
static __always_inline __u32 hash_of(const struct sidecar_way *way)
{
	const __u32 *source = (const __u32 *)way->source;
	const __u32 *destination = (const __u32 *)way->destination;
	__u32 hash = ((__u32)way->source_port << 16) | way->destination_port;

	for (int i = 0; i < 4; i++) {
		hash = (hash ^ source[i]) * 0x85ebca6b;
		hash = ((hash ^ hash >> 13) ^ destination[i]) * 0xc2b2ae35;
	}
	return hash;
}

static __always_inline __u32 weigh(__u32 hash, __u32 slot)
{
	hash ^= slot * 0x9e3779b9;
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return (hash ^ hash >> 16) | 1;
}

struct choice {
	struct bpf_sk_lookup *ctx;
	__u32 hash;
	__u32 best;
};

/*
 * A socket is refused where it is of the other family. The kernel is not to choose in its
 * SO_REUSEPORT group: everybody of the same user may join that, the application too.
 */
static long consider(__u32 slot, struct choice *choice)
{
	__u32 weight = weigh(choice->hash, slot);
	struct bpf_sock *sk;

	if (weight <= choice->best)
		return 0;
	sk = bpf_map_lookup_elem(&sidecar_listen, &slot);
	if (!sk)
		return 0;
	if (!bpf_sk_assign(choice->ctx, sk, ASSIGN_FLAGS))
		choice->best = weight;
	bpf_sk_release(sk);
	return 0;
}

SEC("sk_lookup")
int sidecar_inbound(struct bpf_sk_lookup *ctx)
{
	struct sidecar_config *config = sidecar();
	struct sidecar_way way = {};
	struct choice choice = {.ctx = ctx};
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
	choice.hash = hash_of(&way);
	bpf_loop(SIDECAR_LISTENERS_MAX, consider, &choice, 0);
	if (!choice.best) {
		count_sidecar(SIDECAR_INBOUND_FAILED);
		return SK_DROP;
	}
	bpf_map_update_elem(&sidecar_arrived, &way, &one, BPF_ANY);
	count_sidecar(SIDECAR_INBOUND_REDIRECTED);
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
