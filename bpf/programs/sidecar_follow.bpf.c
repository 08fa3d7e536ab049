// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sockops, on the workload's cgroup and on the sidecar's: carries what one end of a connection
 * knows to the other one, and knows the sidecar's inbound listeners.
 *
 * The connecting socket's addresses are complete just before its SYN leaves; so whoever accepts it
 * finds them. The accepted socket has its own copy from then on, whatever becomes of the client.
 */
#include "sidecar_listeners.h"
#include "socket_ops.h"

/* As seen by `ops`. */
static __always_inline void read_way(struct bpf_sock_ops *ops, struct sidecar_way *way)
{
	read_addresses(ops, way->source, way->destination);
	way->source_port = bpf_htons(ops->local_port);
	way->destination_port = ops->remote_port >> 16;
	way->netns = bpf_get_netns_cookie(ops);
}

static __always_inline void turn(struct sidecar_way *way)
{
	__be16 port = way->source_port;
	__u8 address[16];

	__builtin_memcpy(address, way->source, 16);
	__builtin_memcpy(way->source, way->destination, 16);
	__builtin_memcpy(way->destination, address, 16);
	way->source_port = way->destination_port;
	way->destination_port = port;
}

static __always_inline void opens(struct bpf_sock_ops *ops)
{
	struct sidecar_original *original, copy;
	struct bpf_sock *sk = ops->sk;
	struct sidecar_way way = {};

	if (!sk)
		return;
	original = bpf_sk_storage_get(&sidecar_sockets, sk, 0, 0);
	if (!original || original->role != SIDECAR_CLIENT)
		return;
	copy = *original;
	copy.role = SIDECAR_ACCEPTED;
	read_way(ops, &way);
	bpf_map_update_elem(&sidecar_opening, &way, &copy, BPF_ANY);
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline void accepted(struct bpf_sock_ops *ops)
{
	struct sidecar_original fresh = {.role = SIDECAR_ACCEPTED}, *found;
	struct bpf_sock *sk = ops->sk;
	struct sidecar_way way = {};

	if (!sk)
		return;
	read_way(ops, &way);
	turn(&way);
	found = bpf_map_lookup_elem(&sidecar_opening, &way);
	if (found) {
		fresh = *found;
		bpf_map_delete_elem(&sidecar_opening, &way);
	} else {
		way.netns = 0;
		if (!bpf_map_lookup_elem(&sidecar_arrived, &way))
			return;
		bpf_map_delete_elem(&sidecar_arrived, &way);
		__builtin_memcpy(fresh.address, way.destination, 16);
		fresh.port = way.destination_port;
	}
	bpf_sk_storage_get(&sidecar_sockets, sk, &fresh, BPF_SK_STORAGE_GET_F_CREATE);
}

static __always_inline void changes(struct bpf_sock_ops *ops)
{
	struct sidecar_original *original;
	struct bpf_sock *sk = ops->sk;
	struct sidecar_way way = {};

	if (!sk || ops->args[1] != BPF_TCP_CLOSE)
		return;
	original = bpf_sk_storage_get(&sidecar_sockets, sk, 0, 0);
	if (!original || original->role != SIDECAR_CLIENT)
		return;
	if (ops->args[0] == BPF_TCP_SYN_SENT)
		count_sidecar(SIDECAR_OUTBOUND_FAILED);
	read_way(ops, &way);
	bpf_map_delete_elem(&sidecar_opening, &way);
}

static __always_inline void listens(struct bpf_sock_ops *ops)
{
	struct sidecar_config *config = sidecar();
	struct bpf_sock *sk = ops->sk;
	struct sidecar_way way = {};
	__u64 sock = 0;

	if (!sk || !config || !config->inbound_port || ops->local_port != config->inbound_port)
		return;
	read_way(ops, &way);
	/* Its address as a number: the verifier forbids to count from a pointer that it knows. */
	bpf_probe_read_kernel(&sock, sizeof(sock), &sk);
	if (!is_for_sidecar(way.source) || !is_the_sidecars(config, sock, sk->mark))
		return;
	for (__u32 i = 0; i < SIDECAR_LISTENERS_MAX; i++) {
		__u32 slot = i;

		if (bpf_sock_map_update(ops, &sidecar_listen, &slot, BPF_NOEXIST))
			continue;
		bpf_sk_storage_get(&sidecar_known, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
		return;
	}
}

SEC("sockops")
int sidecar_follow(struct bpf_sock_ops *ops)
{
	if (!is_ip(ops))
		return 1;
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		opens(ops);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		accepted(ops);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		changes(ops);
		break;
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		listens(ops);
		break;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
