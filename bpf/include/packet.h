/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From bytes to a flow key. Headers are read with bpf_skb_load_bytes(): it checks the bound and
 * copes with paged data, so a short packet is an error code and never a guess.
 */
#ifndef JUMPGATE_PACKET_H
#define JUMPGATE_PACKET_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include "address.h"
#include "maps.h"

#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_MORE_FRAGMENTS  0x0001
#define IPV6_EXTENSIONS_MAX  6
#define IPPROTO_HOPOPTS_     0
#define IPPROTO_ROUTING_     43
#define IPPROTO_FRAGMENT_    44
#define IPPROTO_AH_	     51
#define IPPROTO_ICMPV6_	     58
#define IPPROTO_DSTOPTS_     60

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* <linux/icmp.h> pulls in the C library, which has no headers for this target. RFC 792, RFC 4443.
 */
struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be16 identifier;
	__be16 sequence;
};

#define ICMP_ECHO_REPLY	      0
#define ICMP_UNREACHABLE      3
#define ICMP_ECHO_REQUEST     8
#define ICMP_TIME_EXCEEDED    11
#define ICMP_PARAMETER	      12
#define ICMPV6_UNREACHABLE    1
#define ICMPV6_PARAMETER      4
#define ICMPV6_ECHO_REQUEST   128
#define ICMPV6_ECHO_REPLY     129
#define ICMPV6_MLD_QUERY      130
#define ICMPV6_MLD_DONE	      132
#define ICMPV6_ROUTER_SOLICIT 133
#define ICMPV6_REDIRECT	      137
#define ICMPV6_MLD2_REPORT    143

enum packet_kind {
	PACKET_FLOW, /* judged by its own addresses and ports */
	PACKET_ARP,
	PACKET_NEIGHBOUR,  /* neighbour discovery and multicast listener messages that no router has
			      forwarded: link-local control */
	PACKET_ICMP_ERROR, /* belongs to the flow that it quotes (`quoted`) */
};

struct packet {
	struct flow_key key;	/* as the packet travels */
	struct flow_key quoted; /* ICMP errors: the packet that caused it, as that one travelled */
	__u32 length;
	__u8 kind; /* enum packet_kind */
	__u8 is_ipv6;
	__u8 is_fragment;
	__u8 tcp_flags;
};

/* Where the transport header is, and what it is. */
struct transport {
	__u32 offset;
	__u32 identification; /* of the fragmented datagram */
	__u8 protocol;
	__u8 hop_limit; /* IPv6 only */
	__u8 is_fragment;
	__u8 is_later_fragment;
};

struct ports {
	__be16 source;
	__be16 destination;
};

static __always_inline int parse_ipv4(struct __sk_buff *skb, __u32 offset, struct flow_key *key,
				      struct transport *transport)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return DROP_INVALID_PACKET;
	if (ip.version != 4 || ip.ihl < 5)
		return DROP_INVALID_PACKET;
	map_ipv4(key->source, ip.saddr);
	map_ipv4(key->destination, ip.daddr);
	transport->offset = offset + ip.ihl * 4;
	transport->protocol = ip.protocol;
	transport->identification = ip.id;
	transport->is_later_fragment = (ip.frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET)) != 0;
	transport->is_fragment =
	    transport->is_later_fragment || (ip.frag_off & bpf_htons(IPV4_MORE_FRAGMENTS)) != 0;
	return DROP_NONE;
}

static __always_inline int parse_ipv6(struct __sk_buff *skb, __u32 offset, struct flow_key *key,
				      struct transport *transport)
{
	struct ipv6hdr ip;
	__u8 next;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return DROP_INVALID_PACKET;
	if (ip.version != 6)
		return DROP_INVALID_PACKET;
	__builtin_memcpy(key->source, &ip.saddr, 16);
	__builtin_memcpy(key->destination, &ip.daddr, 16);
	transport->hop_limit = ip.hop_limit;
	offset += sizeof(ip);
	next = ip.nexthdr;

	/* Unrolled: a compiler may place a loop so that its head is fallen into from its end, and
	 * verifiers before Linux 6.7 take that for a loop without end ("back-edge"). */
#pragma clang loop unroll(full)
	for (int i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		__u8 extension[8];

		if (next != IPPROTO_HOPOPTS_ && next != IPPROTO_ROUTING_ &&
		    next != IPPROTO_DSTOPTS_ && next != IPPROTO_FRAGMENT_ && next != IPPROTO_AH_) {
			transport->offset = offset;
			transport->protocol = next;
			return DROP_NONE;
		}
		if (i == IPV6_EXTENSIONS_MAX)
			break;
		if (bpf_skb_load_bytes(skb, offset, extension, sizeof(extension)))
			return DROP_INVALID_PACKET;
		if (next == IPPROTO_FRAGMENT_) {
			__be16 field = *(__be16 *)(extension + 2);

			transport->identification = *(__u32 *)(extension + 4);
			transport->is_later_fragment =
			    (field & bpf_htons(IPV6_FRAGMENT_OFFSET)) != 0;
			transport->is_fragment = transport->is_later_fragment ||
						 (field & bpf_htons(IPV6_MORE_FRAGMENTS)) != 0;
			offset += 8;
		} else if (next == IPPROTO_AH_) {
			offset += (extension[1] + 2) * 4;
		} else {
			offset += (extension[1] + 1) * 8;
		}
		next = extension[0];
		if (transport->is_later_fragment) {
			transport->offset = offset;
			transport->protocol = next;
			return DROP_NONE;
		}
	}
	return DROP_INVALID_PACKET;
}

/* Later fragments carry no ports: they take those of the first, which must have come before. */
static __always_inline int resolve_fragment(const struct transport *transport, struct flow_key *key)
{
	struct fragment_key fragment_key = {};

	__builtin_memcpy(fragment_key.source, key->source, 16);
	__builtin_memcpy(fragment_key.destination, key->destination, 16);
	fragment_key.identification = transport->identification;
	fragment_key.protocol = transport->protocol;

	if (transport->is_later_fragment) {
		struct fragment *first = bpf_map_lookup_elem(&fragments, &fragment_key);

		if (!first)
			return DROP_FRAGMENT_NOT_FOUND;
		key->source_port = first->source_port;
		key->destination_port = first->destination_port;
	} else {
		struct fragment first = {key->source_port, key->destination_port};

		if (bpf_map_update_elem(&fragments, &fragment_key, &first, BPF_ANY))
			return DROP_FRAGMENT_NOT_FOUND;
	}
	return DROP_NONE;
}

/* The quoted packet of an ICMP error: its IP header and the first 8 bytes behind it (RFC 792, RFC
 * 4443). */
static __always_inline int parse_quoted(struct __sk_buff *skb, __u32 offset, int is_ipv6,
					struct flow_key *quoted)
{
	struct transport transport = {};
	__u8 head[8];
	int error;

	error = is_ipv6 ? parse_ipv6(skb, offset, quoted, &transport)
			: parse_ipv4(skb, offset, quoted, &transport);
	if (error)
		return error;
	quoted->protocol = transport.protocol;
	if (transport.is_later_fragment)
		return DROP_NONE;
	if (bpf_skb_load_bytes(skb, transport.offset, head, sizeof(head)))
		return DROP_INVALID_PACKET;
	if (transport.protocol == IPPROTO_TCP || transport.protocol == IPPROTO_UDP) {
		quoted->source_port = *(__be16 *)head;
		quoted->destination_port = *(__be16 *)(head + 2);
	} else if (transport.protocol == (is_ipv6 ? IPPROTO_ICMPV6_ : IPPROTO_ICMP)) {
		quoted->source_port = *(__be16 *)(head + 4);
		quoted->destination_port = quoted->source_port;
	}
	return DROP_NONE;
}

/* What has been forwarded, or asks to be, is traffic like any other: else a message of these types
 * would carry its payload past every policy. RFC 4861 6.1 and 7.1, RFC 3810 5. */
static __always_inline int is_link_control(__u8 type, __u8 hop_limit, const __u8 destination[16])
{
	if (type >= ICMPV6_ROUTER_SOLICIT && type <= ICMPV6_REDIRECT)
		return hop_limit == 255;
	if ((type >= ICMPV6_MLD_QUERY && type <= ICMPV6_MLD_DONE) || type == ICMPV6_MLD2_REPORT)
		return hop_limit == 1 && (is_multicast(destination) || is_link_local(destination));
	return 0;
}

static __always_inline int parse_icmp(struct __sk_buff *skb, const struct transport *transport,
				      struct packet *packet)
{
	struct icmp_header icmp;
	int echo, failure;

	if (bpf_skb_load_bytes(skb, transport->offset, &icmp, sizeof(icmp)))
		return DROP_INVALID_PACKET;
	if (packet->is_ipv6) {
		echo = icmp.type == ICMPV6_ECHO_REQUEST || icmp.type == ICMPV6_ECHO_REPLY;
		failure = icmp.type >= ICMPV6_UNREACHABLE && icmp.type <= ICMPV6_PARAMETER;
		if (is_link_control(icmp.type, transport->hop_limit, packet->key.destination))
			packet->kind = PACKET_NEIGHBOUR;
	} else {
		echo = icmp.type == ICMP_ECHO_REQUEST || icmp.type == ICMP_ECHO_REPLY;
		failure = icmp.type == ICMP_UNREACHABLE || icmp.type == ICMP_TIME_EXCEEDED ||
			  icmp.type == ICMP_PARAMETER;
	}
	if (echo) {
		packet->key.source_port = icmp.identifier;
		packet->key.destination_port = icmp.identifier;
	}
	if (failure) {
		packet->kind = PACKET_ICMP_ERROR;
		return parse_quoted(skb, transport->offset + sizeof(icmp), packet->is_ipv6,
				    &packet->quoted);
	}
	return DROP_NONE;
}

/* Returns DROP_NONE, or why the packet cannot be judged. */
static __noinline int parse_packet(struct __sk_buff *skb, struct packet *packet)
{
	struct transport transport = {};
	int error;

	if (!packet)
		return DROP_INVALID_PACKET;
	packet->length = skb->len;
	if (skb->protocol == bpf_htons(ETH_P_ARP)) {
		packet->kind = PACKET_ARP;
		return DROP_NONE;
	}
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		error = parse_ipv4(skb, ETH_HLEN, &packet->key, &transport);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		packet->is_ipv6 = 1;
		error = parse_ipv6(skb, ETH_HLEN, &packet->key, &transport);
	} else {
		return DROP_UNSUPPORTED_PROTOCOL;
	}
	if (error)
		return error;
	packet->key.protocol = transport.protocol;
	packet->is_fragment = transport.is_fragment;

	if (transport.is_later_fragment)
		return resolve_fragment(&transport, &packet->key);

	if (transport.protocol == IPPROTO_TCP) {
		__u8 tcp[14];

		if (bpf_skb_load_bytes(skb, transport.offset, tcp, sizeof(tcp)))
			return DROP_INVALID_PACKET;
		packet->key.source_port = *(__be16 *)tcp;
		packet->key.destination_port = *(__be16 *)(tcp + 2);
		packet->tcp_flags = tcp[13];
	} else if (transport.protocol == IPPROTO_UDP) {
		struct ports udp;

		if (bpf_skb_load_bytes(skb, transport.offset, &udp, sizeof(udp)))
			return DROP_INVALID_PACKET;
		packet->key.source_port = udp.source;
		packet->key.destination_port = udp.destination;
	} else if (transport.protocol == (packet->is_ipv6 ? IPPROTO_ICMPV6_ : IPPROTO_ICMP)) {
		error = parse_icmp(skb, &transport, packet);
		if (error)
			return error;
	}
	if (transport.is_fragment)
		return resolve_fragment(&transport, &packet->key);
	return DROP_NONE;
}

/* A connection attempt: SYN without ACK. */
static __always_inline int is_syn(const struct packet *packet)
{
	return packet->key.protocol == IPPROTO_TCP &&
	       (packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* Sets our byte of the mark. Volatile: the context allows whole words only, and the compiler would
 * write one byte. */
static __always_inline void set_mark(struct __sk_buff *skb, __u32 mark)
{
	*(volatile __u32 *)&skb->mark = mark | (skb->mark & ~MARK_MASK);
}

#endif
