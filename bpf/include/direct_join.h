/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ends of a direct pair join: first who connected, then, always later, who accepted. */
#ifndef JUMPGATE_DIRECT_JOIN_H
#define JUMPGATE_DIRECT_JOIN_H

#include "direct_pairs.h"
#include "kernel_sockets.h"

#define ATTENDED_NS (5 * SECOND_NS)

/* Without an agent nobody could let the pair leave. */
static __always_inline int is_attended(void)
{
	__u32 zero = 0;
	struct lane_settings *settings = bpf_map_lookup_elem(&lane_settings, &zero);

	return settings && bpf_ktime_get_ns() - settings->attended_ns < ATTENDED_NS;
}

/* The pair's entry is there before the socket is joined: a joined socket without one would be
 * nobody's. */
static __always_inline int open_pair(const struct direct_socket *socket)
{
	struct direct_pair fresh = {.active = socket->self, .kind = socket->kind};

	fresh.state = state_word(socket->self.cookie, DIRECT_OPENING);
	return is_attended() &&
	       !bpf_map_update_elem(&direct_pairs, &socket->key, &fresh, BPF_NOEXIST);
}

static __always_inline int is_opening(const struct direct_pair *pair)
{
	return pair->state == state_word(pair->active.cookie, DIRECT_OPENING);
}

static __always_inline void give_up(struct bpf_sock *sk, struct direct_socket *socket)
{
	if (socket->is_active)
		bpf_map_delete_elem(&direct_pairs, &socket->key);
	bpf_sk_storage_delete(&direct_sockets, sk);
}

/*
 * Whether the one who connected has sent before this end was there decides. Of two that change the
 * state at once one succeeds: either the first send finds both joined, or this stays an ordinary
 * socket.
 */
static __always_inline int close_pair(struct direct_pair *pair, const struct direct_socket *socket)
{
	__u64 id = socket->peer.cookie, cookie = socket->self.cookie;
	__u64 expected = state_word(id, DIRECT_OPENING);
	int joined = 0;

	if (!bpf_map_update_elem(&direct_ends, &id, &socket->self, BPF_NOEXIST) &&
	    __sync_val_compare_and_swap(&pair->state, expected, state_word(id, DIRECT_JOINED)) ==
		expected) {
		count(&direct_counts, LEFT_NONE, 0);
		joined = 1;
	} else
		bpf_map_delete_elem(&direct_joined, &cookie);
	begin_leave(pair, &socket->key, id, DIRECT_OPENING, LEFT_EARLY);
	return joined;
}

/*
 * True where the pair is complete. `known` says which connection this is and who allowed it. A
 * socket that has been in a pair, and connects once more, stays an ordinary one: what is left of
 * its former pair has its cookie.
 */
static __always_inline int join_direct(struct bpf_sock_ops *ops, struct bpf_sock *sk,
				       const struct direct_socket *known)
{
	struct direct_pair *pair = 0;
	struct direct_socket *socket;
	__u64 cookie;

	if (bpf_sk_storage_get(&direct_sockets, sk, 0, 0))
		return 0;
	socket =
	    bpf_sk_storage_get(&direct_sockets, sk, (void *)known, BPF_SK_STORAGE_GET_F_CREATE);
	if (!socket)
		return 0;
	cookie = bpf_get_socket_cookie(ops);
	socket->self.cookie = cookie;
	socket->self.sock = (__u64)sk;
	if (!socket->is_active)
		pair = bpf_map_lookup_elem(&direct_pairs, &socket->key);
	if (is_mptcp(&socket->self.sock) ||
	    (socket->is_active ? !open_pair(socket) : !pair || !is_opening(pair))) {
		bpf_sk_storage_delete(&direct_sockets, sk);
		return 0;
	}
	if (pair)
		socket->peer = pair->active;
	if (bpf_sock_hash_update(ops, &direct_joined, &cookie, BPF_NOEXIST)) {
		if (pair)
			begin_leave(pair, &socket->key, socket->peer.cookie, DIRECT_OPENING,
				    LEFT_EARLY);
		give_up(sk, socket);
		return 0;
	}
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
	return pair ? close_pair(pair, socket) : 0;
}

/* Where the pair is leaving, the other end may have bytes in both places still: the agent goes on
 * with it, and takes the entries away. */
static __always_inline void leave_direct(struct bpf_sock *sk)
{
	struct direct_socket *socket = bpf_sk_storage_get(&direct_sockets, sk, 0, 0);
	struct direct_pair *pair;
	__u64 id;

	if (!socket)
		return;
	id = socket->is_active ? socket->self.cookie : socket->peer.cookie;
	pair = bpf_map_lookup_elem(&direct_pairs, &socket->key);
	if (pair && pair->state == state_word(id, DIRECT_LEAVING))
		return;
	bpf_map_delete_elem(&direct_pairs, &socket->key);
	bpf_map_delete_elem(&direct_ends, &id);
}

#endif
