// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_msg, on the sockets of direct pairs: from one application's send to the other one's queue.
 *
 *     C --send--> joined, room, still allowed? --yes--> S's queue        S --send--> likewise
 *                                              --no---> the stack, where tc judges, from now on
 *
 * Nothing goes back from the stack to the queue: a reader finds its bytes in the queue, and then,
 * once that has been read, on the stack.
 */
#include "direct_pairs.h"
#include "kernel_sockets.h"
#include "tables.h"

#define FLOW_REFRESH_NS (30 * SECOND_NS)
#define UNATTENDED_NS	(5 * SECOND_NS)
#define RCVBUF_LOCKED	2 /* SOCK_RCVBUF_LOCK */

/*
 * Bytes that may wait in the reader's queue. They count as its receive buffer's; where that cannot
 * grow because the application has set it, packets that follow would be refused until the queue has
 * been read, and the sender take that for loss.
 */
static __always_inline __u64 most_waiting(const struct pair_end *reader,
					  const struct lane_settings *settings)
{
	struct sock *sock = (struct sock *)reader->sock;
	__u64 most = DIRECT_QUEUE_MAX, buffer;

	if (bpf_ktime_get_coarse_ns() - settings->attended_ns > UNATTENDED_NS)
		most = DIRECT_QUEUE_UNATTENDED;
	if (!(BPF_CORE_READ_BITFIELD_PROBED(sock, sk_userlocks) & RCVBUF_LOCKED))
		return most;
	buffer = (__u32)BPF_CORE_READ(sock, sk_rcvbuf) / 2;
	return buffer < most ? buffer : most;
}

static __always_inline int has_room(struct direct_socket *self,
				    const struct lane_settings *settings, __u32 bytes)
{
	__u64 most;

	if (self->queued + bytes > self->allowance) {
		self->queued = queued_bytes(&self->peer, self->queued);
		most = most_waiting(&self->peer, settings);
		self->allowance = self->queued + bytes + DIRECT_LOOK;
		if (self->allowance > most)
			self->allowance = most;
	}
	return self->queued + bytes <= self->allowance;
}

/* Policy decides again where it has changed; tc has seen nothing of this flow since it began. What
 * an application and its sidecar say to each other it does not judge. */
static __always_inline int is_allowed(struct direct_socket *self)
{
	struct judgement judgement = {};
	__u64 revision = active_revision();
	struct flow_key key = {};

	if (self->kind != PAIR_WORKLOADS || self->revision == revision)
		return 1;
	__builtin_memcpy(key.source, self->key.source, 16);
	__builtin_memcpy(key.destination, self->key.destination, 16);
	key.source_port = self->key.source_port;
	key.destination_port = self->key.destination_port;
	key.protocol = IPPROTO_TCP;
	judge(&key, revision, 0, &judgement);
	if (judgement.verdict != VERDICT_ALLOW)
		return 0;
	self->revision = revision;
	return 1;
}

static __always_inline __u32 mode_of(struct direct_socket *self,
				     const struct lane_settings *settings)
{
	if (self->kind != PAIR_WORKLOADS)
		return settings->mode;
	if (self->generation != settings->generation) {
		self->generation = settings->generation;
		self->mode = direct_mode(&self->key);
	}
	return self->mode < settings->mode ? self->mode : settings->mode;
}

/* The end that connected learns of the other one. A key is written once: found twice, the entry was
 * the same all the time. */
static __always_inline int know_peer(struct direct_socket *self)
{
	__u64 id = self->self.cookie;
	struct pair_end *end = bpf_map_lookup_elem(&direct_ends, &id), peer;

	if (!end)
		return 0;
	peer = *end;
	if (bpf_map_lookup_elem(&direct_ends, &id) != end)
		return 0;
	self->peer = peer;
	return 1;
}

/* The flow's entry is in use though no packet passes; it must not age meanwhile. */
static __always_inline void refresh(struct direct_socket *self, __u64 now)
{
	struct flow *flow;

	if (self->kind != PAIR_WORKLOADS)
		return;
	if (now - self->refreshed_ns < FLOW_REFRESH_NS)
		return;
	self->refreshed_ns = now;
	flow = flow_of(&self->key);
	if (flow)
		flow->last_seen_ns = bpf_ktime_get_ns();
}

static __always_inline void count_sidecar_bytes(const struct direct_socket *self, __u32 bytes)
{
	__u64 netns = self->key.netns;
	struct packet_counter *counter;

	if (self->kind == PAIR_WORKLOADS)
		return;
	counter = bpf_map_lookup_elem(&direct_sidecars, &netns);
	if (!counter)
		return;
	__sync_fetch_and_add(&counter->packets, 1);
	__sync_fetch_and_add(&counter->bytes, bytes);
}

static __always_inline int over_the_stack(__u32 bytes)
{
	count(&lane_bytes, 1, bytes);
	return SK_PASS;
}

SEC("sk_msg")
int lane_direct(struct sk_msg_md *message)
{
	struct lane_settings *settings;
	struct direct_socket *self;
	struct direct_pair *pair;
	__u64 id, state, cookie;
	struct direct_way *way;
	struct bpf_sock *sk;
	__u32 zero = 0, bytes = message->size;

	sk = message->sk;
	if (!sk || !bytes)
		return SK_PASS;
	self = bpf_sk_storage_get(&direct_sockets, sk, 0, 0);
	settings = bpf_map_lookup_elem(&lane_settings, &zero);
	if (!self || !settings)
		return SK_PASS;
	pair = bpf_map_lookup_elem(&direct_pairs, &self->key);
	if (!pair)
		return over_the_stack(bytes);
	way = self->is_active ? &pair->from_active : &pair->from_passive;
	id = self->is_active ? self->self.cookie : self->peer.cookie;
	/* First who sends, then the look at the state; direct_ask looks at them in the other order.
	 * So either this sees that the pair is leaving, or it is known who may be in the middle of
	 * a send. */
	way->sent_ns = bpf_ktime_get_coarse_ns();
	__sync_lock_test_and_set(&way->task, bpf_get_current_task());
	state = *(volatile __u64 *)&pair->state;
	if (state == state_word(id, DIRECT_OPENING)) {
		begin_leave(pair, &self->key, id, DIRECT_OPENING, LEFT_EARLY);
		state = *(volatile __u64 *)&pair->state;
	}
	if (state != state_word(id, DIRECT_JOINED))
		return over_the_stack(bytes);
	/* Whatever goes over the stack from here on must be the end of the queue. */
	if (!self->peer.cookie && !know_peer(self)) {
		begin_leave(pair, &self->key, id, DIRECT_JOINED, LEFT_EARLY);
		return over_the_stack(bytes);
	}
	if (mode_of(self, settings) == LANE_OFF) {
		begin_leave(pair, &self->key, id, DIRECT_JOINED, LEFT_SWITCHED);
		return over_the_stack(bytes);
	}
	if (!is_allowed(self)) {
		begin_leave(pair, &self->key, id, DIRECT_JOINED, LEFT_POLICY);
		return over_the_stack(bytes);
	}
	if (!has_room(self, settings, bytes)) {
		begin_leave(pair, &self->key, id, DIRECT_JOINED, LEFT_BEHIND);
		return over_the_stack(bytes);
	}
	cookie = self->peer.cookie;
	if (bpf_msg_redirect_hash(message, &direct_joined, &cookie, BPF_F_INGRESS) != SK_PASS) {
		begin_leave(pair, &self->key, id, DIRECT_JOINED, LEFT_EARLY);
		return over_the_stack(bytes);
	}
	self->queued += bytes;
	way->bytes += bytes;
	count(&lane_bytes, 0, bytes);
	count_sidecar_bytes(self, bytes);
	refresh(self, way->sent_ns);
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
