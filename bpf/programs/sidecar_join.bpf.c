// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sockops, on the workload's cgroup and on the sidecar's: joins application and sidecar, so that
 * their bytes go from queue to queue (direct.h). That a socket closes lane_join sees.
 *
 *     application --redirected-------------------> sidecar         an outbound pair
 *     application <--loopback, or its own address-- sidecar        an inbound pair
 *
 * Both ends are of the workload's namespace, one of them made in the sidecar's cgroup and the other
 * one not. What the application says to itself, and the sidecar to itself, is left alone.
 */
#include "direct_join.h"
#include "sidecar.h"
#include "socket_ops.h"

static __always_inline int is_switched_on(void)
{
	__u32 zero = 0;
	struct lane_settings *settings = bpf_map_lookup_elem(&lane_settings, &zero);

	return settings && settings->mode != LANE_OFF;
}

static __always_inline int is_sidecars(const struct sidecar_config *config, struct bpf_sock *sk)
{
	__u64 sock = 0;

	/* Its address as a number: the verifier forbids to count from a pointer that it knows. */
	bpf_probe_read_kernel(&sock, sizeof(sock), &sk);
	return is_of_cgroup(sock, config->own_cgroup, config->own_level);
}

static __always_inline enum pair_kind kind_of(const struct sidecar_config *config,
					      struct bpf_sock *sk, const struct pair_key *key)
{
	struct sidecar_original *original;

	if (is_sidecars(config, sk))
		return is_loopback(key->source) || is_loopback(key->destination) ||
			       same_address(key->source, key->destination)
			   ? PAIR_INBOUND
			   : PAIR_WORKLOADS;
	original = bpf_sk_storage_get(&sidecar_sockets, sk, 0, 0);
	return original && original->role == SIDECAR_CLIENT ? PAIR_OUTBOUND : PAIR_WORKLOADS;
}

static __always_inline void connected(struct bpf_sock_ops *ops, const struct sidecar_config *config,
				      struct bpf_sock *sk)
{
	struct direct_socket known = {.is_active = 1};
	struct pair_key *key = &known.key;

	if (!is_switched_on())
		return;
	key->netns = config->netns;
	read_addresses(ops, key->source, key->destination);
	key->source_port = bpf_htons(ops->local_port);
	key->destination_port = ops->remote_port >> 16;
	key->source_sequence = ops->snd_nxt;
	key->destination_sequence = ops->rcv_nxt;
	known.kind = kind_of(config, sk, key);
	if (known.kind != PAIR_WORKLOADS)
		join_direct(ops, sk, &known);
}

/* Who connected has said what the pair is to be. */
static __always_inline void accepted(struct bpf_sock_ops *ops, const struct sidecar_config *config,
				     struct bpf_sock *sk)
{
	struct direct_socket known = {};
	struct pair_key *key = &known.key;
	struct direct_pair *pair;

	key->netns = config->netns;
	read_addresses(ops, key->destination, key->source);
	key->destination_port = bpf_htons(ops->local_port);
	key->source_port = ops->remote_port >> 16;
	key->destination_sequence = ops->snd_nxt;
	key->source_sequence = ops->rcv_nxt;
	pair = bpf_map_lookup_elem(&direct_pairs, key);
	if (!pair)
		return;
	known.kind = pair->kind;
	if ((known.kind == PAIR_OUTBOUND) != !!is_sidecars(config, sk)) {
		begin_leave(pair, key, pair->active.cookie, DIRECT_OPENING, LEFT_EARLY);
		return;
	}
	if (join_direct(ops, sk, &known))
		count_sidecar(known.kind == PAIR_OUTBOUND ? SIDECAR_OUTBOUND_JOINED
							  : SIDECAR_INBOUND_JOINED);
}

SEC("sockops")
int sidecar_join(struct bpf_sock_ops *ops)
{
	struct sidecar_config *config;
	struct bpf_sock *sk = ops->sk;

	if ((ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB &&
	     ops->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) ||
	    !is_ip(ops) || !sk)
		return 1;
	config = sidecar();
	if (!config || !config->netns || config->netns != bpf_get_netns_cookie(ops))
		return 1;
	if (ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		connected(ops, config, sk);
	else
		accepted(ops, config, sk);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
