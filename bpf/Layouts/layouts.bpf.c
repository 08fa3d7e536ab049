// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Never loaded. BTF carries only what code refers to, and no single program refers to every type that crosses the
 * kernel boundary; this object refers to all of them, so that the layout check misses none.
 */
#include "jumpgate.h"

enum direction check_direction;
enum verdict check_verdict;
enum drop_reason check_drop_reason;
enum flow_state check_flow_state;
enum event_type check_event_type;
enum trace_point check_trace_point;
struct flow_key *check_flow_key;
struct flow *check_flow;
struct endpoint_key *check_endpoint_key;
struct endpoint *check_endpoint;
struct ipcache_key *check_ipcache_key;
struct ipcache_entry *check_ipcache_entry;
struct policy_key *check_policy_key;
struct policy_value *check_policy_value;
struct port_classes *check_port_classes;
struct datapath *check_datapath;
struct packet_counter *check_packet_counter;
struct event *check_event;
