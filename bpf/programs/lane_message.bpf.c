// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_msg, on every joined socket: where the bytes of one send go.
 *
 *     C --send--> certainly allowed?                      --yes--> S's queue
 *                                                         --no---> P1's queue (the proxy decides)
 *     S --send--> response to a request that went so?     --yes--> C's queue
 *                                                         --no---> P2's queue
 *     P1, P2                                              -------> the other end's queue
 *
 * The one invariant: this program says "allow" or "I don't know", and everything it does not know
 * goes to the proxy.
 *
 * Ownership. Bytes that went to the proxy are the proxy's until it tells that it has taken them all
 * and stands at a clean boundary: the lane is open only while the bytes sent to it equal the bytes
 * it took. The same for responses.
 *
 * Order. A socket's queue is read before what came over the stack, so bytes may change from the
 * queue to the stack at any time, and back only when everything on the stack has been read.
 */
#include "lane_maps.h"
#include "chunks.h"
#include "kernel_sockets.h"
#include "known_head.h"
#include "lane_pairs.h"
#include "lane_report.h"

#define FLOW_REFRESH_NS (30 * SECOND_NS)
#define STATUS_AT	9 /* behind "HTTP/1.1 " */
#define REST_ANY	0xffffffffu

/* The stack's window paces a sender whose reader does not keep up. */
static __always_inline int has_room(struct lane_socket *self, const struct pair_end *reader,
				    __u32 bytes)
{
	if (self->queued + bytes <= LANE_IN_FLIGHT_MAX)
		return 1;
	if (!queue_is_empty(reader))
		return 0;
	self->queued = 0;
	return bytes <= LANE_IN_FLIGHT_MAX;
}

static __always_inline int redirect(struct sk_msg_md *message, const struct pair_end *reader)
{
	__u64 cookie = reader->cookie;

	return bpf_msg_redirect_hash(message, &lane_joined, &cookie, BPF_F_INGRESS) == SK_PASS;
}

/* What this socket may do now: the node's switch, and those of the workloads at both ends. */
static __always_inline __u32 mode_of(struct lane_socket *self, const struct lane_settings *settings)
{
	struct lane_endpoint *source, *destination;

	if (self->generation != settings->generation) {
		self->generation = settings->generation;
		self->mode = endpoints_mode(&self->key, &source, &destination);
	}
	return self->mode < settings->mode ? self->mode : settings->mode;
}

/* The flow's entry is in use though no packet passes; it must not age meanwhile. */
static __always_inline void refresh(struct lane_socket *self)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct flow *flow;

	if (now - self->refreshed_ns < FLOW_REFRESH_NS)
		return;
	self->refreshed_ns = now;
	flow = flow_of(&self->key);
	if (flow)
		flow->last_seen_ns = bpf_ktime_get_ns();
}

/*
 * To the other end of this socket's own connection: its queue where that is possible, else over the
 * stack.
 *
 * What the proxy sends goes to the application's queue always, however much there is: the proxy
 * paces itself (lane_ask tells it when the queue is empty). An application must not find bytes in
 * both places. It may wait for edges, and stop at a short read or where FIONREAD says 0, and the
 * kernel counts one of the two only: it would never learn of the rest. The proxy itself reads until
 * there is nothing more, so that towards it the stack's window may pace a sender.
 *
 * The rest of a message whose beginning was redirected has no way over the stack: the message still
 * bears that socket, and SK_PASS would send bytes there that nobody has judged. It goes to the
 * peer's queue, full or not, in order (a piece is cut off only where the peer has read everything),
 * or nowhere.
 */
static __always_inline int to_peer(struct sk_msg_md *message, struct lane_socket *self,
				   struct lane *lane, __u32 mode)
{
	__u32 bytes = message->size;

	self->rest = REST_ANY;
	if (is_rest(message)) {
		if ((!self->peer.cookie && !pair_up(self)) || !redirect(message, &self->peer))
			return SK_DROP;
	} else if ((mode == LANE_OFF && !self->is_proxys) ||
		   (!self->peer.cookie && !pair_up(self)) ||
		   (self->ordinary && !is_drained(&self->self, &self->peer)) ||
		   (!self->is_proxys && !has_room(self, &self->peer, bytes)) ||
		   !redirect(message, &self->peer)) {
		self->ordinary = 1;
		if (lane && self->self.cookie == lane->downstream.cookie)
			lane->downstream_ordinary = 1;
		if (lane && self->self.cookie == lane->upstream.cookie)
			lane->upstream_ordinary = 1;
		count(&lane_bytes, 1, bytes);
		return SK_PASS;
	}
	self->ordinary = 0;
	self->queued += bytes;
	self->redirected += bytes;
	count(&lane_bytes, 0, bytes);
	refresh(self);
	return SK_PASS;
}

/* With each message, so that the sequence cannot come round in between. */
static __always_inline void count_stacked(struct lane_socket *self)
{
	__u32 sequence = write_sequence(self->self.sock);

	self->stacked += sequence - self->sequence;
	self->sequence = sequence;
}

/* Bytes this socket has sent to the other end of its own connection, either way. */
static __always_inline __u64 sent_to_peer(const struct lane_socket *self)
{
	return self->redirected + self->stacked;
}

static __always_inline int is_of(const struct lane *lane, __u64 cookie)
{
	return lane->client.cookie == cookie || lane->server.cookie == cookie ||
	       lane->downstream.cookie == cookie || lane->upstream.cookie == cookie;
}

/* The lane of this socket now; it may be another one than last time. */
static __always_inline struct lane *find_lane(struct lane_socket *self)
{
	struct lane *lane;
	__u32 *known, index;

	if (self->lane) {
		index = self->lane - 1;
		lane = bpf_map_lookup_elem(&lanes, &index);
		if (lane && is_of(lane, self->self.cookie))
			return lane;
		self->lane = 0;
	}
	known = bpf_map_lookup_elem(&lane_of, &self->self.cookie);
	if (!known)
		return 0;
	index = *known;
	lane = bpf_map_lookup_elem(&lanes, &index);
	if (!lane || !is_of(lane, self->self.cookie))
		return 0;
	self->lane = index + 1;
	return lane;
}

/* The beginning of the message in one piece, as far as it may matter. */
static __always_inline void straighten(struct sk_msg_md *message)
{
	__u32 wanted = message->size < AUTOMATON_MAX_HEAD ? message->size : AUTOMATON_MAX_HEAD;

	if ((__u64)message->data_end - (__u64)message->data < wanted)
		bpf_msg_pull_data(message, 0, wanted, 0);
}

/* The first alternative whose facts all hold; 0 where there is none. */
static __always_inline const struct automaton_alternative *
find_alternative(const struct head *head, const __u8 *arena, __u32 first, __u32 count)
{
	const struct automaton_alternative *alternative;
	__u32 i;

	if (count > AUTOMATON_MAX_ALTERNATIVES)
		return 0;
	for (i = 0; i < AUTOMATON_MAX_ALTERNATIVES; i++) {
		if (i >= count)
			return 0;
		alternative = arena_at(arena, first + i * sizeof(*alternative));
		if ((alternative->facts & head->facts) == alternative->facts)
			return alternative;
	}
	return 0;
}

/* Whether both directions' rules allow the request that was read; `rule` is the receiver's, or the
 * sender's where the receiver has none. */
static __always_inline int is_allowed(const struct head *head, const __u8 *arena, __u32 *method,
				      __u32 *rule)
{
	const struct automaton *automaton = arena_at(arena, head->base);
	const struct automaton_alternative *egress, *ingress;
	const struct automaton_class *class;
	__u32 alternatives;

	if (!(head->facts & FACT_HOST) || head->class >= automaton->class_count)
		return 0;
	class = arena_at(arena, head->base + automaton->classes + head->class * sizeof(*class));
	alternatives = head->base + automaton->alternatives;
	*method = class->method;
	egress = find_alternative(head, arena, alternatives + class->egress * sizeof(*egress),
				  class->egress_count);
	if (!egress)
		return 0;
	ingress = find_alternative(head, arena, alternatives + class->ingress * sizeof(*ingress),
				   class->ingress_count);
	if (!ingress)
		return 0;
	*rule = ingress->rule != RULE_NONE ? ingress->rule : egress->rule;
	if (*rule != RULE_NONE)
		*rule = automaton->counters == RULE_NONE ? RULE_NONE : automaton->counters + *rule;
	return 1;
}

static __always_inline int is_open(struct lane *lane)
{
	return *(volatile __u32 *)&lane->open;
}

/*
 * Whether the first `bytes` are all here, and in one piece. A verdict must hold for bytes that have
 * been seen: what it left over would be used up by the next send that gets the socket's lock,
 * another thread's perhaps, without a look at it, and another thread's bytes may come into the
 * queue before this send's. And only of one piece the reader takes all or, short of memory,
 * nothing: cut anywhere else, the rest would be judged as a request while the server reads on in
 * this one.
 */
static __always_inline int is_in_one_piece(struct sk_msg_md *message, __u32 bytes)
{
	if (bytes > message->size)
		return 0;
	if ((__u64)message->data_end - (__u64)message->data < bytes)
		bpf_msg_pull_data(message, 0, bytes, 0);
	return (__u64)message->data_end - (__u64)message->data >= bytes;
}

static __always_inline enum lane_reason
from_client(struct sk_msg_md *message, struct lane_socket *self, struct lane *lane, __u32 observed)
{
	struct datapath *active;
	__u32 zero = 0, method = METHOD_OTHER, rule = RULE_NONE, bytes, number, slot;
	struct pair_end server = lane->server;
	struct arena *arena;
	struct reading reading;
	struct head *head = &reading.head;
	__u64 revision;

	if (!is_open(lane) || sent_to_peer(self) != lane->requests_consumed)
		return LANE_CLOSED;
	active = bpf_map_lookup_elem(&datapath, &zero);
	/* The revision before the automaton: the proxy writes them in the other order. */
	revision = *(volatile __u64 *)&lane->revision;
	if (!active || *(volatile __u64 *)&active->revision != revision)
		return LANE_STALE;
	if (lane->started - lane->finished >= LANE_REQUESTS_MAX)
		return LANE_CROWDED;
	arena = bpf_map_lookup_elem(&lane_arena, &zero);
	if (!arena)
		return LANE_CLOSED;
	straighten(message);
	if (begin(&reading, message, arena->bytes, *(volatile __u32 *)&lane->automaton)) {
		read_section(&reading);
		if (head->next) {
			enter(head, arena->bytes, head->next);
			read_known(&reading, &self->known, revision);
		}
	}
	if (head->result == HEAD_OPEN)
		return message->size > AUTOMATON_MAX_HEAD ? LANE_TOO_LARGE : LANE_SPLIT;
	if (head->result != HEAD_WHOLE || !is_allowed(head, arena->bytes, &method, &rule))
		return LANE_UNKNOWN;
	if (head->length > LANE_REQUEST_MAX)
		return LANE_TOO_LARGE;
	bytes = head->position + head->length;
	if (!is_in_one_piece(message, bytes))
		return LANE_SPLIT;
	if (!has_room(self, &server, bytes))
		return LANE_FULL;
	if (lane->upstream_ordinary) {
		if (!is_drained(&lane->upstream, &server))
			return LANE_ORDER;
		lane->upstream_ordinary = 0;
	}
	number = lane->started;
	slot = number % LANE_REQUESTS_MAX;
	lane->methods[slot] = method;
	lane->rules[slot] = rule;
	lane->started_ns[slot] = lane->last_use_ns = bpf_ktime_get_ns();
	/*
	 * First counted, then looked again whether the lane is open; the proxy closes it first and
	 * then looks at the count. So either this sees the lane closed, or the proxy sees the
	 * request. And whether the lane is this client's still, and of the revision it was: then
	 * the automaton was what it was all the time, however long this took.
	 */
	__sync_fetch_and_add(&lane->started, 1);
	/* Nothing past this request in the same verdict. */
	if (!is_open(lane) || *(volatile __u64 *)&lane->client.cookie != self->self.cookie ||
	    *(volatile __u64 *)&lane->revision != revision || bpf_msg_apply_bytes(message, bytes) ||
	    !redirect(message, &server)) {
		__sync_fetch_and_add(&lane->started, -1);
		bpf_msg_apply_bytes(message, 0);
		return LANE_GONE;
	}
	self->queued += bytes;
	lane->requests++;
	lane->request_bytes += bytes;
	if (observed)
		report_request(message, self, lane, number);
	return LANE_DECIDED;
}

/* Hands `bytes` of the message, at most, to C; the rest is judged anew. */
static __always_inline int to_client(struct sk_msg_md *message, struct lane_socket *self,
				     struct lane *lane, __u32 bytes)
{
	if (bytes < message->size && bpf_msg_apply_bytes(message, bytes))
		return 0;
	if (!redirect(message, &lane->client)) {
		if (bytes < message->size)
			bpf_msg_apply_bytes(message, 0);
		return 0;
	}
	self->rest = message->size - bytes;
	self->queued += bytes;
	lane->response_bytes += bytes;
	return 1;
}

/* The response's last byte has been handed to C. Not static: the verifier then looks at it once. */
__noinline int finish(struct lane_socket *self, struct lane *lane, __u64 now, __u32 observed)
{
	if (!self || !lane)
		return 0;
	account(&self->key, lane, lane->finished, self->status, now, observed);
	lane->finished_by = bpf_get_current_task();
	lane->finished_ns = now;
	__sync_fetch_and_add(&lane->finished, 1);
	return 0;
}

/* The three digits of a status line that the automaton has accepted. */
static __always_inline __u32 status_of(struct sk_msg_md *message)
{
	const __u8 *data = message->data, *end = message->data_end;

	if (data + STATUS_AT + 3 > end)
		return 0;
	data += STATUS_AT;
	return (data[0] - '0') * 100 + (data[1] - '0') * 10 + (data[2] - '0');
}

/* Whether C's queue takes so many bytes of S's now. */
static __always_inline enum lane_reason is_ready(struct lane_socket *self, struct lane *lane,
						 __u32 bytes)
{
	if (!has_room(self, &lane->client, bytes))
		return LANE_FULL;
	if (lane->downstream_ordinary) {
		if (!is_drained(&lane->downstream, &lane->client))
			return LANE_ORDER;
		lane->downstream_ordinary = 0;
	}
	return LANE_DECIDED;
}

/* What was handed to C ends here; where the response does, it is finished. */
static __always_inline void stand_at(struct lane_socket *self, struct lane *lane, __u32 chunk,
				     __u64 remaining, __u32 observed)
{
	__u64 now = bpf_ktime_get_ns();

	self->chunk = chunk;
	self->remaining = remaining;
	lane->last_use_ns = now;
	if (!chunk && !remaining)
		finish(self, lane, now, observed);
	refresh(self);
}

/*
 * A chunked response goes on. Its length is not known before its end: where it comes to what the
 * kernel does not know, or C does not keep up, it becomes the proxy's from here on. The proxy is
 * told where it stands, and finds this byte next.
 */
static __always_inline enum lane_reason more_chunks(struct sk_msg_md *message,
						    struct lane_socket *self, struct lane *lane,
						    __u32 mode, __u32 observed)
{
	struct chunk_walk walk = {.place = self->chunk, .left = self->remaining};
	enum lane_reason reason = LANE_CLOSED;

	if (mode == LANE_POLICY) {
		walk_chunks(message, &walk);
		reason = walk.at ? is_ready(self, lane, walk.at) : LANE_RESPONSE;
		if (reason == LANE_DECIDED && !to_client(message, self, lane, walk.at))
			reason = LANE_GONE;
	}
	if (reason == LANE_DECIDED) {
		stand_at(self, lane, walk.place, walk.left, observed);
		return LANE_DECIDED;
	}
	lane->chunk_left = self->remaining;
	lane->status = self->status;
	*(volatile __u32 *)&lane->chunk = self->chunk;
	self->chunk = CHUNK_NONE;
	self->remaining = 0;
	return reason;
}

static __always_inline enum lane_reason from_server(struct sk_msg_md *message,
						    struct lane_socket *self, struct lane *lane,
						    __u32 mode, __u32 observed)
{
	__u32 zero = 0, bytes = message->size, slot, status;
	struct arena *arena;
	struct reading reading;
	struct head *head = &reading.head;
	struct chunk_walk walk = {};
	enum lane_reason reason;
	__u64 whole;

	/* More than was left: C, short of memory, took less than it was given. */
	if (self->rest != REST_ANY && is_rest(message) && self->rest != bytes)
		self->broken = 1;
	if (self->broken)
		return LANE_BROKEN;
	if (self->chunk)
		return more_chunks(message, self, lane, mode, observed);
	if (self->remaining) {
		if (bytes > self->remaining)
			bytes = self->remaining;
		if (!to_client(message, self, lane, bytes))
			return LANE_GONE;
		stand_at(self, lane, CHUNK_NONE, self->remaining - bytes, observed);
		return LANE_DECIDED;
	}
	if (sent_to_peer(self) != lane->responses_consumed)
		return LANE_CLOSED;
	slot = lane->finished;
	if (lane->started == slot || !lane->response_automaton)
		return LANE_CLOSED;
	arena = bpf_map_lookup_elem(&lane_arena, &zero);
	if (!arena)
		return LANE_CLOSED;
	straighten(message);
	if (begin(&reading, message, arena->bytes, lane->response_automaton))
		read_known(&reading, &self->known, lane->revision);
	if (head->result != HEAD_WHOLE)
		return LANE_RESPONSE;
	status = status_of(message);
	whole = (__u64)head->position + head->length;
	/* The class of a status: with a body (chunked, or of the stated length), or without one
	 * whatever the head says. */
	if (lane->methods[slot % LANE_REQUESTS_MAX] == METHOD_HEAD ||
	    head->class == RESPONSE_WITHOUT_BODY) {
		whole = head->position;
	} else if (head->facts & FACT_CHUNKED) {
		/* Where nothing is with C yet, what the kernel does not know is the proxy's from
		 * the first byte on. */
		walk.at = head->position;
		walk.place = CHUNK_SIZE;
		walk_chunks(message, &walk);
		if (walk.is_stuck)
			return LANE_RESPONSE;
		whole = walk.at;
	} else if (!(head->facts & FACT_CONTENT_LENGTH)) {
		return LANE_RESPONSE;
	}
	if (whole > LANE_RESPONSE_MAX)
		return LANE_TOO_LARGE;
	reason = is_ready(self, lane, whole);
	if (reason != LANE_DECIDED)
		return reason;
	if (bytes > whole)
		bytes = whole;
	if (!to_client(message, self, lane, bytes))
		return LANE_GONE;
	self->status = status;
	stand_at(self, lane, walk.place, walk.place ? walk.left : whole - bytes, observed);
	return LANE_DECIDED;
}

SEC("sk_msg")
int lane_message(struct sk_msg_md *message)
{
	struct lane_settings *settings;
	struct lane_socket *self;
	enum lane_reason reason;
	struct bpf_sock *sk;
	struct lane *lane;
	__u32 zero = 0, mode;

	sk = message->sk;
	if (!sk || !message->size)
		return SK_PASS;
	/* What was said of the beginning of this send would hold for its rest too, and what that
	 * does not use up for the next send, which then is neither judged nor counted. */
	bpf_msg_apply_bytes(message, 0);
	self = bpf_sk_storage_get(&lane_sockets, sk, 0, 0);
	if (!self)
		return SK_PASS;
	if (!self->is_proxys)
		count_stacked(self);
	settings = bpf_map_lookup_elem(&lane_settings, &zero);
	if (!settings)
		return SK_DROP;
	mode = mode_of(self, settings);
	lane = find_lane(self);
	if (!lane)
		return to_peer(message, self, 0, mode);
	if (lane->client.cookie == self->self.cookie) {
		reason = mode == LANE_POLICY ? from_client(message, self, lane, settings->observed)
					     : LANE_CLOSED;
		if (reason != LANE_DECIDED)
			lane->client_reason = reason;
		count(&lane_reasons, reason, message->size);
	} else if (lane->server.cookie == self->self.cookie) {
		/* Whatever the mode is now: a response of known length that began in the kernel
		 * ends there. */
		reason = from_server(message, self, lane, mode, settings->observed);
		if (reason != LANE_DECIDED)
			lane->server_reason = reason;
		count(&lane_reasons, LANE_REASON_COUNT + reason, message->size);
	} else {
		return to_peer(message, self, lane, mode);
	}
	if (reason == LANE_BROKEN)
		return SK_DROP;
	return reason == LANE_DECIDED ? SK_PASS : to_peer(message, self, lane, mode);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
