# The stage of the demos, sourced by them: a node and workloads as network namespaces, an agent, its monitor, and how a scene is
# judged. What sources it sets root and sample, calls stage_begin with the workloads' names, and start_agent.

app=$root/proxy/Cli/bin/Release/net10.0/jumpgate.dll
work=$(mktemp -d)
pins=/sys/fs/bpf/jumpgate-demo
namespaces=()
pids=()
stubborn=() # of them, those that a TERM does not end
failures=0 checks=0

in_ns() { # NAMESPACE COMMAND...
  local ns=$1
  shift
  nsenter --net="/run/netns/$ns" -- "$@"
}

cleanup() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${stubborn[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  [ -e /run/netns/jg-node ] && [ ${#namespaces[@]} -gt 0 ] && nsenter --net=/run/netns/jg-node -- dotnet "$app" \
    cleanup --pin-dir "$pins" --state "$work/state" >/dev/null
  for ns in "${namespaces[@]}"; do [ -e "/run/netns/$ns" ] && ip netns del "$ns"; done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# One node and its workloads, each on a veth of its own, IPv4 and IPv6: the n-th has 10.66.n.2 and fd66:n::2.
stage_begin() { # WORKLOAD...
  local ns workload n=0
  for ns in jg-node "${@/#/jg-}"; do
    [ -e "/run/netns/$ns" ] && { echo "demo: a network namespace $ns exists already; ip netns del $ns" >&2; exit 1; }
  done
  namespaces=(jg-node "${@/#/jg-}")
  for ns in "${namespaces[@]}"; do ip netns add "$ns" && ip -n "$ns" link set lo up; done
  in_ns jg-node sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  for workload in "$@"; do
    n=$((n + 1))
    ip -n jg-node link add "jgdemo$n" type veth peer name eth0 netns "jg-$workload"
    ip -n jg-node addr add "10.66.$n.1/24" dev "jgdemo$n"
    ip -n jg-node addr add "fd66:$n::1/64" dev "jgdemo$n" nodad
    ip -n jg-node link set "jgdemo$n" up
    ip -n "jg-$workload" addr add "10.66.$n.2/24" dev eth0
    ip -n "jg-$workload" addr add "fd66:$n::2/64" dev eth0 nodad
    ip -n "jg-$workload" link set eth0 up
    ip -n "jg-$workload" route add default via "10.66.$n.1"
    ip -n "jg-$workload" -6 route add default via "fd66:$n::1"
  done
  mkdir -p "$work/policies"
}

# Started as a simple command, so that the pid is the program's own (nsenter becomes it).
start_agent() { # WORKLOADS-FILE
  nsenter --net=/run/netns/jg-node -- dotnet "$app" agent --workloads "$1" \
    --policies "$work/policies" --state "$work/state" --admin-socket "$work/admin.sock" --pin-dir "$pins" \
    >"$work/agent.out" 2>"$work/agent.log" &
  pids+=("$!")
  wait_for "the agent" grep -q '^jumpgate ready' "$work/agent.out"
}

# The monitor is there when it shows a first line, of what the command given does.
start_monitor() { # COMMAND...
  dotnet "$app" monitor --admin-socket "$work/admin.sock" >"$work/monitor" 2>&1 &
  pids+=($!)
  seen() { "$@" >/dev/null 2>&1 && [ -s "$work/monitor" ]; }
  wait_for "the monitor" seen "$@"
}

wait_for() { # WHAT COMMAND...
  local what=$1
  shift
  for _ in $(seq 100); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "demo: $what did not come up" >&2
  cat "$work"/*.log >&2
  exit 1
}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

# Compares, and shows the monitor's line for it: the first new one that names what was asked.
report() { # WHO WHAT EXPECTED GOT PATTERN MARK
  local who=$1 what=$2 expected=$3 got=$4 pattern=$5 mark=$6 line=
  checks=$((checks + 1))
  for _ in $(seq 30); do
    line=$(tail -n "+$((mark + 1))" "$work/monitor" | grep -F -- "$pattern" | head -n 1)
    [ -n "$line" ] && break
    sleep 0.1
  done
  local result=ok
  [ "$got" = "$expected" ] && [ -n "$line" ] || { result=FAILED; failures=$((failures + 1)); }
  printf '  %-6s %-10s %-48s expected %-18s got %s\n' "$result" "$who" "$what" "$expected" "$got"
  printf '         monitor: %s\n' "${line:-(no line with: $pattern)}"
}

apply() { # FILE NAME: puts a policy in force, while connections stay open
  local before
  before=$(grep -c 'in force' "$work/agent.log")
  cp "$1" "$work/policies/.new" && mv "$work/policies/.new" "$work/policies/$2.yaml"
  wait_for "the policy $1" sh -c "[ \$(grep -c 'in force' '$work/agent.log') -gt $before ]"
}

stage_end() { # REMARK
  say "$((checks - failures)) of $checks as expected${1:+ ($1)}"
  [ "$failures" = 0 ]
}
