// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * On the workload's cgroup: its TCP connections go to the sidecar, which asks where they were to
 * go.
 *
 *     application                                             sidecar
 *       connect(D)  --sidecar_connect4/6-->  to the sidecar; the socket remembers D
 *         SYN       --sidecar_follow------>  D by this connection's addresses
 *                     sidecar_follow  <----  established: the accepted socket remembers D
 *                     sidecar_original <---  getsockopt(SO_ORIGINAL_DST): D
 *       getpeername --sidecar_peer4/6----->  D, as with iptables' REDIRECT
 *
 * What cannot be redirected is refused. What the sidecar does not take is refused by the stack.
 */
#include "address.h"
#include "sidecar.h"

#define AF_INET_	 2
#define AF_INET6_	 10
#define IPPROTO_TCP_	 6
#define SOCK_STREAM_	 1
#define SOL_IP_		 0
#define SOL_IPV6_	 41
#define SO_ORIGINAL_DST_ 80 /* linux/netfilter_ipv4.h, and IP6T_SO_ORIGINAL_DST */
#define EINVAL_		 22
#define PAGE		 4096
#define GO_ON		 1
#define REFUSE		 0

enum way_out {
	STRAIGHT,
	TO_SIDECAR,
	NO_WAY,
};

/* What cannot leave the workload, or (link-local) cannot be handed on without its interface.
 * 0.0.0.0 and :: are the loopback to connect(). */
static __always_inline int stays_here(const __u8 address[16])
{
	return is_link_local(address) || is_loopback(address) || is_any(address);
}

static __always_inline int is_own(const struct sidecar_config *config, struct bpf_sock *sk)
{
	if (config->mark && sk->mark == config->mark)
		return 1;
	return config->own_cgroup &&
	       bpf_get_current_ancestor_cgroup_id(config->own_level) == config->own_cgroup;
}

static __always_inline enum way_out choose(const struct sidecar_config *config, struct bpf_sock *sk,
					   const __u8 address[16], __be16 port, int has_sidecar)
{
	struct sidecar_original *original;

	/* Of a connection that failed before, on this socket. */
	bpf_sk_storage_delete(&sidecar_sockets, sk);
	if (is_own(config, sk)) {
		count_sidecar(SIDECAR_OUTBOUND_OWN);
		return STRAIGHT;
	}
	if (stays_here(address) || is_excluded(DIRECTION_EGRESS, address, bpf_ntohs(port))) {
		count_sidecar(SIDECAR_OUTBOUND_EXCLUDED);
		return STRAIGHT;
	}
	original = has_sidecar
		       ? bpf_sk_storage_get(&sidecar_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE)
		       : 0;
	if (!original) {
		count_sidecar(SIDECAR_OUTBOUND_BLOCKED);
		return NO_WAY;
	}
	__builtin_memcpy(original->address, address, 16);
	original->port = port;
	original->role = SIDECAR_CLIENT;
	count_sidecar(SIDECAR_OUTBOUND_REDIRECTED);
	return TO_SIDECAR;
}

SEC("cgroup/connect4")
int sidecar_connect4(struct bpf_sock_addr *ctx)
{
	struct sidecar_config *config = sidecar();
	struct bpf_sock *sk = ctx->sk;
	__u8 address[16];

	if (ctx->type != SOCK_STREAM_ || ctx->protocol != IPPROTO_TCP_)
		return GO_ON;
	if (!config || !sk)
		return REFUSE;
	map_ipv4(address, ctx->user_ip4);
	switch (choose(config, sk, address, ctx->user_port, config->outbound_ipv4 != 0)) {
	case STRAIGHT:
		return GO_ON;
	case NO_WAY:
		return REFUSE;
	case TO_SIDECAR:
		break;
	}
	ctx->user_ip4 = config->outbound_ipv4;
	ctx->user_port = config->outbound_port;
	return GO_ON;
}

static __always_inline void set_ipv6(struct bpf_sock_addr *ctx, const __u8 address[16])
{
	const __u32 *words = (const __u32 *)address;

	ctx->user_ip6[0] = words[0];
	ctx->user_ip6[1] = words[1];
	ctx->user_ip6[2] = words[2];
	ctx->user_ip6[3] = words[3];
}

static __always_inline void get_ipv6(struct bpf_sock_addr *ctx, __u8 address[16])
{
	__u32 *words = (__u32 *)address;

	words[0] = ctx->user_ip6[0];
	words[1] = ctx->user_ip6[1];
	words[2] = ctx->user_ip6[2];
	words[3] = ctx->user_ip6[3];
}

SEC("cgroup/connect6")
int sidecar_connect6(struct bpf_sock_addr *ctx)
{
	struct sidecar_config *config = sidecar();
	struct bpf_sock *sk = ctx->sk;
	__u8 address[16] __attribute__((aligned(8))), target[16] __attribute__((aligned(8)));

	if (ctx->type != SOCK_STREAM_ || ctx->protocol != IPPROTO_TCP_)
		return GO_ON;
	if (!config || !sk)
		return REFUSE;
	get_ipv6(ctx, address);
	/* An IPv6 socket that connects to ::ffff:a.b.c.d speaks IPv4. */
	if (is_mapped(address)) {
		map_ipv4(target, config->outbound_ipv4);
	} else {
		__builtin_memcpy(target, config->outbound_ipv6, 16);
	}
	switch (choose(config, sk, address, ctx->user_port,
		       is_mapped(address) ? config->outbound_ipv4 != 0 : !is_unspecified(target))) {
	case STRAIGHT:
		return GO_ON;
	case NO_WAY:
		return REFUSE;
	case TO_SIDECAR:
		break;
	}
	set_ipv6(ctx, target);
	ctx->user_port = config->outbound_port;
	return GO_ON;
}

static __always_inline struct sidecar_original *original_of(struct bpf_sock *sk,
							    enum sidecar_role role)
{
	struct sidecar_original *original = 0;

	if (sk)
		original = bpf_sk_storage_get(&sidecar_sockets, sk, 0, 0);
	return original && original->role == role ? original : 0;
}

SEC("cgroup/getpeername4")
int sidecar_peer4(struct bpf_sock_addr *ctx)
{
	struct sidecar_original *original = original_of(ctx->sk, SIDECAR_CLIENT);

	if (original) {
		ctx->user_ip4 = *(__be32 *)(original->address + 12);
		ctx->user_port = original->port;
	}
	return GO_ON;
}

SEC("cgroup/getpeername6")
int sidecar_peer6(struct bpf_sock_addr *ctx)
{
	struct sidecar_original *original = original_of(ctx->sk, SIDECAR_CLIENT);

	if (original) {
		set_ipv6(ctx, original->address);
		ctx->user_port = original->port;
	}
	return GO_ON;
}

/* struct sockaddr_in and struct sockaddr_in6 */
struct address4 {
	__u16 family;
	__be16 port;
	__be32 address;
	__u8 zero[8];
};

struct address6 {
	__u16 family;
	__be16 port;
	__u32 flow;
	__u8 address[16];
	__u32 scope;
};

SEC("cgroup/getsockopt")
int sidecar_original(struct bpf_sockopt *ctx)
{
	struct sidecar_original *original;
	struct address4 *ipv4 = ctx->optval;
	struct address6 *ipv6 = ctx->optval;
	__s32 length;

	/* What is larger than the page that we see would be taken for changed. */
	if (ctx->optname != SO_ORIGINAL_DST_ ||
	    (ctx->level != SOL_IP_ && ctx->level != SOL_IPV6_)) {
		if (ctx->optlen > PAGE)
			ctx->optlen = 0;
		return GO_ON;
	}
	original = original_of(ctx->sk, SIDECAR_ACCEPTED);
	if (!original || (ctx->level == SOL_IP_ && !is_mapped(original->address))) {
		if (ctx->optlen > PAGE)
			ctx->optlen = 0;
		return GO_ON;
	}
	if (ctx->level == SOL_IP_) {
		length = sizeof(*ipv4);
		if ((void *)(ipv4 + 1) > ctx->optval_end)
			goto too_short;
		__builtin_memset(ipv4, 0, sizeof(*ipv4));
		ipv4->family = AF_INET_;
		ipv4->port = original->port;
		ipv4->address = *(__be32 *)(original->address + 12);
	} else {
		length = sizeof(*ipv6);
		if ((void *)(ipv6 + 1) > ctx->optval_end)
			goto too_short;
		__builtin_memset(ipv6, 0, sizeof(*ipv6));
		ipv6->family = AF_INET6_;
		ipv6->port = original->port;
		__builtin_memcpy(ipv6->address, original->address, 16);
	}
	ctx->optlen = length;
	ctx->retval = 0;
	count_sidecar(SIDECAR_ORIGINAL_ANSWERED);
	return GO_ON;

too_short:
	bpf_set_retval(-EINVAL_);
	return GO_ON;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
