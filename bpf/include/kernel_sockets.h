/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Looks at sockets by their kernel address. Nothing keeps such a socket alive, and nothing has to:
 * the reads cannot fault, and the cookie, which the kernel never gives twice, tells whether it is
 * still the one. Offsets come from the running kernel's BTF.
 */
#ifndef JUMPGATE_KERNEL_SOCKETS_H
#define JUMPGATE_KERNEL_SOCKETS_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "lanes.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head {
	struct list_head *next;
};

struct sock_common {
	struct {
		__s64 counter;
	} skc_cookie;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
	int level;
	struct cgroup *ancestors[1]; /* by level; itself the last */
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	struct sock_cgroup_data sk_cgrp_data;
	void *sk_user_data;
	int sk_rcvbuf;
	int sk_rcvlowat;
	__u8 sk_userlocks : 4;
};

struct tcp_sock {
	__u32 write_seq;
	__u32 copied_seq;
	_Bool is_mptcp;
};

struct refcount_struct {
	struct {
		int counter;
	} refs;
};

struct sk_psock {
	struct list_head ingress_msg;
	__u32 msg_tot_len; /* bytes in `ingress_msg`; newer kernels only */
	struct refcount_struct refcnt;
};

struct sk_msg {
	struct sock *sk_redir;
};

struct task_struct {
	__u32 __state;
};
#pragma clang attribute pop

#define USER_DATA_FLAGS	   7ul /* the low bits of sk_user_data */
#define TASK_INTERRUPTIBLE 1u

static __always_inline int is_still(const struct pair_end *end)
{
	struct sock *sock = (struct sock *)end->sock;

	return end->cookie &&
	       (__u64)BPF_CORE_READ(sock, __sk_common.skc_cookie.counter) == end->cookie;
}

/* A part of an MPTCP connection: the application does not read from this socket. The address comes
 * from memory, as a number: the verifier forbids to count from a pointer that it knows. */
static __always_inline int is_mptcp(const volatile __u64 *sock)
{
	struct tcp_sock *socket = (struct tcp_sock *)*sock;

	return bpf_core_field_exists(socket->is_mptcp) && BPF_CORE_READ(socket, is_mptcp);
}

/* Whether the socket was made in the cgroup, or below it. */
static __always_inline int is_of_cgroup(__u64 sock, __u64 id, __u32 level)
{
	struct cgroup *cgroup = 0, *ancestor = 0;

	if (!bpf_core_field_exists(cgroup->ancestors))
		return 0;
	cgroup = BPF_CORE_READ((struct sock *)sock, sk_cgrp_data.cgroup);
	if (!cgroup || (__u32)BPF_CORE_READ(cgroup, level) < level)
		return 0;
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor),
			      (void *)((__u64)cgroup + bpf_core_field_offset(cgroup->ancestors) +
				       level * sizeof(ancestor)));
	return ancestor && BPF_CORE_READ(ancestor, kn, id) == id;
}

static __always_inline struct sk_psock *psock_of(struct sock *sock)
{
	return (struct sk_psock *)((__u64)BPF_CORE_READ(sock, sk_user_data) & ~USER_DATA_FLAGS);
}

/* True where no send (and no receive) of the socket is under way. */
static __always_inline int is_at_rest(const struct pair_end *end)
{
	struct sk_psock *psock = psock_of((struct sock *)end->sock);

	return !psock || BPF_CORE_READ(psock, refcnt.refs.counter) <= 1 || !is_still(end);
}

/* True where the task waits for something to happen: it is not in the middle of a send. */
static __always_inline int is_waiting(__u64 task)
{
	return BPF_CORE_READ((struct task_struct *)task, __state) & TASK_INTERRUPTIBLE;
}

/* True where every byte put into the socket's queue has been read. */
static __always_inline int queue_is_empty(const struct pair_end *end)
{
	struct sock *sock = (struct sock *)end->sock;
	struct sk_psock *psock = psock_of(sock);
	struct list_head *first;

	if (!psock)
		return 0;
	first = BPF_CORE_READ(psock, ingress_msg.next);
	return first ==
		   (struct list_head *)((__u64)psock + bpf_core_field_offset(psock->ingress_msg)) &&
	       is_still(end);
}

/* False too where nobody is left to read: closed sockets lose their queue at once. */
static __always_inline int has_unread(const struct pair_end *end)
{
	return psock_of((struct sock *)end->sock) && !queue_is_empty(end) && is_still(end);
}

/* Bytes that wait in the socket's queue; `most` where this kernel does not count them and there are
 * some. */
static __always_inline __u64 queued_bytes(const struct pair_end *end, __u64 most)
{
	struct sk_psock *psock = psock_of((struct sock *)end->sock);

	if (!bpf_core_field_exists(psock->msg_tot_len))
		return queue_is_empty(end) ? 0 : most;
	return psock ? BPF_CORE_READ(psock, msg_tot_len) : 0;
}

/* Whether the message is what a verdict that redirected its beginning has left: it still bears the
 * socket that the beginning went to, and SK_PASS means that one. */
static __always_inline int is_rest(struct sk_msg_md *message)
{
	return BPF_CORE_READ((struct sk_msg *)message, sk_redir) != 0;
}

static __always_inline __u32 write_sequence(__u64 sock)
{
	return BPF_CORE_READ((struct tcp_sock *)sock, write_seq);
}

/* True where everything that `from` sent over the stack has been read at `to`. Acknowledgements may
 * come later. */
static __always_inline int is_drained(const struct pair_end *from, const struct pair_end *to)
{
	struct tcp_sock *sender = (struct tcp_sock *)from->sock,
			*reader = (struct tcp_sock *)to->sock;

	return BPF_CORE_READ(sender, write_seq) == BPF_CORE_READ(reader, copied_seq) &&
	       is_still(from) && is_still(to);
}

#endif
