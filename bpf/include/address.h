/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and flow keys. */
#ifndef JUMPGATE_ADDRESS_H
#define JUMPGATE_ADDRESS_H

#include <bpf/bpf_endian.h>
#include "jumpgate.h"

static __always_inline void map_ipv4(__u8 address[16], __be32 ipv4)
{
	__builtin_memset(address, 0, 10);
	address[10] = 0xff;
	address[11] = 0xff;
	__builtin_memcpy(address + 12, &ipv4, 4);
}

static __always_inline int is_mapped(const __u8 address[16])
{
	const __u32 *words = (const __u32 *)address;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

/* 127.0.0.0/8, ::1 */
static __always_inline int is_loopback(const __u8 address[16])
{
	const __u32 *words = (const __u32 *)address;

	if (is_mapped(address))
		return address[12] == 127;
	return !words[0] && !words[1] && !words[2] && words[3] == bpf_htonl(1);
}

static __always_inline int is_link_local(const __u8 address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

static __always_inline int is_multicast(const __u8 address[16])
{
	return address[0] == 0xff;
}

/* Routers do not forward to it. */
static __always_inline int stays_on_link(const __u8 address[16])
{
	return is_link_local(address) || (is_multicast(address) && (address[1] & 0x0f) <= 2);
}

static __always_inline int is_unspecified(const __u8 address[16])
{
	const __u64 *words = (const __u64 *)address;

	return (words[0] | words[1]) == 0;
}

/* 0.0.0.0, :: */
static __always_inline int is_any(const __u8 address[16])
{
	const __u32 *words = (const __u32 *)address;

	return is_mapped(address) ? !words[3] : is_unspecified(address);
}

static __always_inline void reverse(const struct flow_key *key, struct flow_key *reversed)
{
	__builtin_memcpy(reversed->source, key->destination, 16);
	__builtin_memcpy(reversed->destination, key->source, 16);
	reversed->source_port = key->destination_port;
	reversed->destination_port = key->source_port;
	reversed->protocol = key->protocol;
	__builtin_memset(reversed->pad, 0, sizeof(reversed->pad));
}

static __always_inline int same_address(const __u8 a[16], const __u8 b[16])
{
	const __u64 *left = (const __u64 *)a, *right = (const __u64 *)b;

	return left[0] == right[0] && left[1] == right[1];
}

#endif
