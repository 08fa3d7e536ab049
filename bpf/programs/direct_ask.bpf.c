// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall, run by the agent: whether the ends of a leaving pair may become ordinary sockets. What
 * is in a queue then would be lost, and so would what a send under way is about to put there.
 */
#include "direct_maps.h"
#include "kernel_sockets.h"

#define SECOND (1000ull * 1000 * 1000)

/*
 * No send of this end that began before the pair was leaving is still under way. A thread that
 * waits for bytes counts as being at work on the socket, and so for a second it is not known; then
 * the last sender tells.
 */
static __always_inline int has_settled(const struct pair_end *end, const struct direct_way *way)
{
	__u64 age = bpf_ktime_get_ns() - way->sent_ns;

	return !end->cookie || !way->task || is_at_rest(end) ||
	       (age > SECOND && is_waiting(way->task)) || age > 10 * SECOND;
}

SEC("syscall")
int direct_ask(struct direct_question *question)
{
	struct pair_key key = question->key;
	struct direct_pair *pair = bpf_map_lookup_elem(&direct_pairs, &key);
	struct pair_end none = {}, *passive;
	__u64 id;

	question->answer = 1;
	if (!pair)
		return 0;
	id = pair->active.cookie;
	passive = bpf_map_lookup_elem(&direct_ends, &id);
	if (!passive)
		passive = &none;
	question->answer = has_settled(&pair->active, &pair->from_active) &&
			   has_settled(passive, &pair->from_passive) &&
			   !has_unread(&pair->active) && !has_unread(passive);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
