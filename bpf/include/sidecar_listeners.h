/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which listener gets what comes from outside. */
#ifndef JUMPGATE_SIDECAR_LISTENERS_H
#define JUMPGATE_SIDECAR_LISTENERS_H

#include "address.h"
#include "kernel_sockets.h"
#include "sidecar.h"

/* On the loopback or on every address. */
static __always_inline int is_for_sidecar(const __u8 address[16])
{
	return is_loopback(address) || is_any(address);
}

/*
 * The application may listen at the same port too, on another address of 127.0.0.0/8: what comes
 * from outside is not for it. The socket tells, not who calls listen(): its cgroup is the one where
 * it was made, and its mark takes a capability.
 */
static __always_inline int is_the_sidecars(const struct sidecar_config *config, __u64 sock,
					   __u32 mark)
{
	return config->own_cgroup ? is_of_cgroup(sock, config->own_cgroup, config->own_level)
				  : config->mark && mark == config->mark;
}

#endif
