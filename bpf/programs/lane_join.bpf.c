// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sockops, on the cgroup hierarchy's root: joins the sockets of managed flows when they are
 * established, and pairs the two ends of each connection. It sees every TCP socket of the machine
 * and touches only those of flows that Jumpgate judged, in the namespaces it knows: what it
 * redirected makes lanes, what needs no proxy makes direct pairs.
 *
 * A socket is joined before it can send or receive its first byte, so that its bytes come one way
 * from the start.
 */
#include "direct_join.h"
#include "socket_ops.h"

/* A socket that has just been established. */
struct newcomer {
	struct pair_key key;
	__u32 mode; /* enum lane_mode */
	__u32 generation;
	__u64 revision; /* of the flow's judgement */
	__u8 is_active;
	__u8 is_proxys;
};

/* The mark tells the proxy's sockets from those of workloads in the node's own namespace. */
static __always_inline int is_proxys(const struct bpf_sock *sk, __u64 netns, __u64 node_netns)
{
	return netns == node_netns && (sk->mark & MARK_MASK) == MARK_FROM_PROXY;
}

/* No flow knows the proxy's connection to the server where the client's port could not be kept. The
 * proxy's end of it has joined by then: who connects is established first. */
static __always_inline int is_proxys_connection(const struct newcomer *socket)
{
	struct pair *pair;

	if (socket->is_proxys)
		return socket->is_active;
	if (socket->is_active)
		return 0;
	pair = bpf_map_lookup_elem(&lane_pairs, &socket->key);
	return pair && pair->active.cookie;
}

/* The flow's verdict where this socket may join: both ends on this node, in the namespace that
 * bears the address; else VERDICT_NONE. */
static __always_inline enum verdict may_join(struct bpf_sock_ops *ops, const struct bpf_sock *sk,
					     struct newcomer *socket)
{
	struct lane_endpoint *source, *destination;
	struct lane_settings *settings;
	__u64 netns = bpf_get_netns_cookie(ops);
	struct flow *flow;
	__u32 zero = 0;

	settings = bpf_map_lookup_elem(&lane_settings, &zero);
	if (!settings || settings->mode == LANE_OFF)
		return VERDICT_NONE;
	socket->generation = settings->generation;
	socket->mode = endpoints_mode(&socket->key, &source, &destination);
	if (socket->mode == LANE_OFF || !source || !destination)
		return VERDICT_NONE;
	socket->is_proxys = is_proxys(sk, netns, settings->node_netns);
	if (!socket->is_proxys && netns != (socket->is_active ? source : destination)->netns)
		return VERDICT_NONE;
	flow = flow_of(&socket->key);
	if (!flow)
		return is_proxys_connection(socket) ? VERDICT_REDIRECT : VERDICT_NONE;
	socket->revision = flow->revision;
	if (flow->verdict == VERDICT_REDIRECT)
		return VERDICT_REDIRECT;
	return flow->verdict == VERDICT_ALLOW && source->direct && destination->direct &&
		       !socket->is_proxys
		   ? VERDICT_ALLOW
		   : VERDICT_NONE;
}

static __always_inline void join_applications(struct bpf_sock_ops *ops, struct bpf_sock *sk,
					      const struct newcomer *socket)
{
	struct direct_socket known = {};

	known.key = socket->key;
	known.is_active = socket->is_active;
	known.mode = socket->mode;
	known.generation = socket->generation;
	known.revision = socket->revision;
	join_direct(ops, sk, &known);
}

static __always_inline void join(struct bpf_sock_ops *ops, int is_active)
{
	struct newcomer newcomer = {.is_active = is_active};
	struct pair_key *key = &newcomer.key;
	struct bpf_sock *sk = ops->sk;
	struct lane_socket *socket;
	enum verdict verdict;
	__u64 cookie;

	if (!is_ip(ops) || !sk)
		return;
	if (is_active) {
		read_addresses(ops, key->source, key->destination);
		key->source_port = bpf_htons(ops->local_port);
		key->destination_port = ops->remote_port >> 16;
		key->source_sequence = ops->snd_nxt;
		key->destination_sequence = ops->rcv_nxt;
	} else {
		read_addresses(ops, key->destination, key->source);
		key->destination_port = bpf_htons(ops->local_port);
		key->source_port = ops->remote_port >> 16;
		key->destination_sequence = ops->snd_nxt;
		key->source_sequence = ops->rcv_nxt;
	}
	verdict = may_join(ops, sk, &newcomer);
	if (verdict == VERDICT_ALLOW)
		join_applications(ops, sk, &newcomer);
	if (verdict != VERDICT_REDIRECT)
		return;
	socket = bpf_sk_storage_get(&lane_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket)
		return;
	cookie = bpf_get_socket_cookie(ops);
	/* It may have been connected before. */
	__builtin_memset(socket, 0, sizeof(*socket));
	socket->key = newcomer.key;
	socket->mode = newcomer.mode;
	socket->generation = newcomer.generation;
	socket->is_active = is_active;
	socket->is_proxys = newcomer.is_proxys;
	socket->self.cookie = cookie;
	socket->self.sock = (__u64)sk;
	socket->sequence = ops->snd_nxt;
	if (is_mptcp(&socket->self.sock) ||
	    bpf_sock_hash_update(ops, &lane_joined, &cookie, BPF_NOEXIST)) {
		bpf_sk_storage_delete(&lane_sockets, sk);
		return;
	}
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
	pair_up(socket);
}

static __always_inline void leave(struct bpf_sock_ops *ops)
{
	struct lane_socket *socket;
	struct bpf_sock *sk = ops->sk;

	if (!sk)
		return;
	leave_direct(sk);
	socket = bpf_sk_storage_get(&lane_sockets, sk, 0, 0);
	if (socket)
		bpf_map_delete_elem(&lane_pairs, &socket->key);
}

SEC("sockops")
int lane_join(struct bpf_sock_ops *ops)
{
	switch (ops->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		join(ops, 1);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		join(ops, 0);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ops->args[1] == BPF_TCP_CLOSE)
			leave(ops);
		break;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
