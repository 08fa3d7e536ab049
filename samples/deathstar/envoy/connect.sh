#!/usr/bin/env bash
# Connects the containers of docker-compose.yml (profile envoy) to the node: names each one's network namespace for the agent, and
# gives it a routed veth. Run as root on the node, after "docker compose --profile envoy up --no-start" and the start of the
# applications. Not run by our tests: no container engine takes part in them.
#   sudo samples/deathstar/envoy/connect.sh          connects
#   sudo samples/deathstar/envoy/connect.sh remove   takes veths, names and the address away again
set -euo pipefail
workloads=(deathstar tiefighter xwing)
xds=10.66.0.1 # where the agent serves xDS: an address of the node that all containers reach over their veths, and nobody else

if [ "${1:-}" = remove ]; then
  for workload in "${workloads[@]}"; do
    ip link del "jg$workload" 2>/dev/null || true
    rm -f "/run/netns/jg-$workload"
  done
  ip addr del "$xds/32" dev lo 2>/dev/null || true
  exit 0
fi

mkdir -p /run/netns
ip addr replace "$xds/32" dev lo
sysctl -qw net.ipv4.ip_forward=1
n=0
for workload in "${workloads[@]}"; do
  n=$((n + 1))
  pid=$(docker inspect -f '{{.State.Pid}}' "$(docker compose --profile envoy ps -q "$workload")")
  [ "$pid" -gt 0 ] || { echo "connect: $workload does not run" >&2; exit 1; }
  ip netns attach "jg-$workload" "$pid"
  ip link add "jg$workload" type veth peer name eth0 netns "jg-$workload"
  ip addr add "10.66.$n.1/24" dev "jg$workload"
  ip link set "jg$workload" up
  ip -n "jg-$workload" addr add "10.66.$n.2/24" dev eth0
  ip -n "jg-$workload" link set eth0 up
  ip -n "jg-$workload" route add default via "10.66.$n.1"
done
