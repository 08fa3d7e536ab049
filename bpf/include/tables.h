/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Look-ups in the tables of one policy revision. */
#ifndef JUMPGATE_TABLES_H
#define JUMPGATE_TABLES_H

#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include "maps.h"

#define IDENTITY_HOST  1
#define IDENTITY_WORLD 2
#define NO_RULE	       (~0u)

/* Who an address is. `endpoint` is null for everybody but workloads of this node. */
struct party {
	struct endpoint *endpoint;
	__u32 identity;
	__u32 group;
};

/* The verdict on one flow: both directions' policies, the stricter one wins. */
struct judgement {
	__u64 revision;
	__u32 source_identity;
	__u32 destination_identity;
	__u32 source_group;
	__u32 destination_group;
	__u32 rule;
	__u8 verdict;	/* enum verdict */
	__u8 direction; /* whose policy decided */
	__u8 redirect_directions;
	__u8 audit;
};

static __always_inline __u64 active_revision(void)
{
	__u32 zero = 0;
	struct datapath *active = bpf_map_lookup_elem(&datapath, &zero);

	return active ? *(volatile __u64 *)&active->revision : 0;
}

static __always_inline __u32 slot_of(__u64 revision)
{
	return revision & 1;
}

static __always_inline struct endpoint *find_endpoint(__u64 revision, const __u8 address[16])
{
	struct endpoint_key key;
	__u32 slot = slot_of(revision);
	void *table = bpf_map_lookup_elem(&endpoints, &slot);

	if (!table)
		return 0;
	__builtin_memcpy(key.address, address, 16);
	return bpf_map_lookup_elem(table, &key);
}

static __always_inline void identify(__u64 revision, const __u8 address[16], struct party *party)
{
	__u32 slot = slot_of(revision);
	struct ipcache_entry *entry = 0;
	struct ipcache_key key;
	void *table;

	party->endpoint = find_endpoint(revision, address);
	if (party->endpoint) {
		party->identity = party->endpoint->identity;
		party->group = party->endpoint->group;
		return;
	}
	key.prefix_length = 128;
	__builtin_memcpy(key.address, address, 16);
	table = bpf_map_lookup_elem(&ipcache, &slot);
	if (table)
		entry = bpf_map_lookup_elem(table, &key);
	/* An address in no prefix is the world. */
	party->identity = entry ? entry->identity : IDENTITY_WORLD;
	party->group = entry ? entry->group : IDENTITY_WORLD;
}

/* Whether an address is this node's or a workload's: nobody beyond an uplink may use it. */
static __always_inline int is_of_this_node(__u64 revision, const __u8 address[16])
{
	struct party party = {};

	identify(revision, address, &party);
	return party.endpoint || party.identity == IDENTITY_HOST;
}

static __always_inline __u32 port_class_of(__u32 slot, const struct flow_key *key)
{
	struct port_classes *classes;
	__u32 zero = 0;
	void *table;

	if (key->protocol != IPPROTO_TCP && key->protocol != IPPROTO_UDP)
		return PORT_CLASS_L3;
	table = bpf_map_lookup_elem(&port_classes, &slot);
	if (!table)
		return PORT_CLASS_L3;
	classes = bpf_map_lookup_elem(table, &zero);
	if (!classes)
		return PORT_CLASS_L3;
	return key->protocol == IPPROTO_TCP ? classes->tcp[bpf_ntohs(key->destination_port)]
					    : classes->udp[bpf_ntohs(key->destination_port)];
}

/* One hash look-up; a miss means the subject's default for that port class, an array element. */
static __always_inline struct policy_value *find_verdict(__u32 slot, __u32 subject, __u8 direction,
							 __u32 peer, __u32 port_class)
{
	struct policy_key key = {
	    .subject = subject, .peer = peer, .port_class = port_class, .direction = direction};
	struct policy_value *value = 0;
	struct datapath *active;
	__u32 zero = 0, index;
	void *table;

	table = bpf_map_lookup_elem(&policy, &slot);
	if (table)
		value = bpf_map_lookup_elem(table, &key);
	if (value)
		return value;
	active = bpf_map_lookup_elem(&datapath, &zero);
	table = bpf_map_lookup_elem(&defaults, &slot);
	if (!active || !table)
		return 0;
	index = (subject * 2 + direction) * active->port_class_count[slot & 1] + port_class;
	return bpf_map_lookup_elem(table, &index);
}

static __always_inline int is_denied(__u8 verdict)
{
	return verdict != VERDICT_ALLOW && verdict != VERDICT_REDIRECT;
}

static __always_inline void apply_direction(struct judgement *judgement, __u32 slot, __u32 subject,
					    __u8 direction, __u32 peer, __u32 port_class)
{
	struct policy_value *value;

	if (is_denied(judgement->verdict))
		return;
	value = find_verdict(slot, subject, direction, peer, port_class);
	if (!value || is_denied(value->verdict)) {
		judgement->verdict =
		    value && value->verdict ? value->verdict : VERDICT_DEFAULT_DENY;
		judgement->rule = value ? value->rule : NO_RULE;
		judgement->direction = direction;
		judgement->audit = 0;
		return;
	}
	if (value->verdict == VERDICT_REDIRECT) {
		judgement->verdict = VERDICT_REDIRECT;
		judgement->redirect_directions |= 1 << direction;
	}
	if (judgement->rule == NO_RULE || value->audit) {
		judgement->rule = value->rule;
		judgement->direction = direction;
	}
	judgement->audit |= value->audit;
}

/* Judges a new flow: egress policy of a local source, then ingress policy of a local destination.
 */
static __noinline int judge(const struct flow_key *key, __u64 revision, __u32 source_is_host,
			    struct judgement *judgement)
{
	__u32 slot = slot_of(revision), port_class;
	struct party source = {}, destination = {};

	if (!key || !judgement)
		return 0;
	if (source_is_host) {
		source.identity = IDENTITY_HOST;
		source.group = IDENTITY_HOST;
	} else {
		identify(revision, key->source, &source);
	}
	identify(revision, key->destination, &destination);
	port_class = port_class_of(slot, key);

	__builtin_memset(judgement, 0, sizeof(*judgement));
	judgement->revision = revision;
	judgement->source_identity = source.identity;
	judgement->source_group = source.group;
	judgement->destination_identity = destination.identity;
	judgement->destination_group = destination.group;
	judgement->rule = NO_RULE;
	judgement->verdict = VERDICT_ALLOW;
	if (source.endpoint)
		apply_direction(judgement, slot, source.endpoint->subject, DIRECTION_EGRESS,
				destination.group, port_class);
	if (destination.endpoint)
		apply_direction(judgement, slot, destination.endpoint->subject, DIRECTION_INGRESS,
				source.group, port_class);
	return 0;
}

#endif
