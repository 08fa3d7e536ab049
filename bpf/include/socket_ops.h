/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What sockops programs read of their socket. */
#ifndef JUMPGATE_SOCKET_OPS_H
#define JUMPGATE_SOCKET_OPS_H

#include "address.h"

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10

static __always_inline int is_ip(const struct bpf_sock_ops *ops)
{
	return ops->family == FAMILY_IPV4 || ops->family == FAMILY_IPV6;
}

static __always_inline void read_addresses(struct bpf_sock_ops *ops, __u8 local[16],
					   __u8 remote[16])
{
	/* All are read before the branch: the compiler must not turn two context fields into one
	 * pointer. */
	volatile struct bpf_sock_ops *fields = ops;
	__u32 local4 = fields->local_ip4, remote4 = fields->remote_ip4;
	__u32 local6[4] = {fields->local_ip6[0], fields->local_ip6[1], fields->local_ip6[2],
			   fields->local_ip6[3]};
	__u32 remote6[4] = {fields->remote_ip6[0], fields->remote_ip6[1], fields->remote_ip6[2],
			    fields->remote_ip6[3]};

	if (ops->family == FAMILY_IPV4) {
		map_ipv4(local, local4);
		map_ipv4(remote, remote4);
	} else {
		__builtin_memcpy(local, local6, 16);
		__builtin_memcpy(remote, remote6, 16);
	}
}

#endif
