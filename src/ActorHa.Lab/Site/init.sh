#!/bin/bash
# Process 1 of a lab host. Mounts what a boot mounts, starts etcd and the agent, starts them again when they end
# (as systemd would with Restart=always), reaps whatever is orphaned, and shuts down in order on SIGTERM.
# Given by the lab in the environment: LAB_HOST, LAB_HOME (hosts/<name>), LAB_ADDRESS (a.b.c.d/len), LAB_BOOT_ID.
set -u
export LC_ALL=C TZ=UTC

restart_after=0.2   # seconds, as in the systemd units
agent_patience=100   # seconds that an orderly shutdown waits for the agent
etcd_patience=10

stamp() {
  local line now
  while IFS= read -r line; do
    now=$EPOCHREALTIME
    printf '%(%Y-%m-%dT%H:%M:%S)T.%sZ %s\n' "${now%.*}" "${now#*.}" "$line"
  done
}

say() { printf '%s\n' "init: $*" | stamp; }

die() { say "$*"; exit 1; }

boot() {
  mount -t tmpfs -o mode=755 run /run || die "cannot mount /run"
  mount -t tmpfs -o mode=1777 shm /dev/shm || die "cannot mount /dev/shm"
  mkdir -p /run/lab /run/lock /run/actorha
  mkdir -m 1777 /run/tmp
  export TMPDIR=/run/tmp
  echo "$LAB_BOOT_ID" >/run/boot_id
  # Whoever asks the kernel for its boot id gets this host's, too.
  mount --bind /run/boot_id /proc/sys/kernel/random/boot_id || die "cannot cover the kernel's boot id"
  mount --bind "$LAB_HOME/etc/hosts" /etc/hosts || die "cannot cover /etc/hosts"
  # What the kernel offers for sleeping, where the lab says so (a host that can hibernate, on a machine that cannot).
  [ ! -e "$LAB_HOME/etc/power-state" ] || mount --bind "$LAB_HOME/etc/power-state" /sys/power/state || die "cannot cover /sys/power/state"
  hostname "$LAB_HOST" || die "cannot set the host name"
  echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null
  ip link set lo up && ip addr add "$LAB_ADDRESS" dev eth0 && ip link set eth0 up || die "no network"
  # One pipe with one reader for all that the agent (and what it starts) says; 8 keeps it open between two agents.
  mkfifo /run/lab/agent.fifo
  exec 8<>/run/lab/agent.fifo
  stamp </run/lab/agent.fifo >>"$LAB_HOME/log/agent.log" 8>&- &
  stamper=$!
  exec 9>>"$LAB_HOME/log/etcd.log"
}

# start NAME DELAY OUTPUT: the process id written is that of the program itself, which replaces this subshell.
# A hold (actorha-lab stop) delays the start until it is lifted.
start() {
  (
    trap - TERM
    while [ -e "/run/lab/hold.$1" ]; do sleep 0.1; done
    sleep "$2"
    echo "$BASHPID" >"/run/lab/$1.pid"
    exec bash "$LAB_HOME/etc/start-$1" >&"$3" 2>&1 8>&- 9>&-
  ) &
}

# wait_at_most SECONDS PID NAME: kills what does not end in time.
wait_at_most() {
  sleep "$1" &
  local timer=$!
  wait -n "$2" "$timer"
  if kill -0 "$2" 2>/dev/null; then
    say "$3 did not end within $1 s: killed"
    kill -KILL "$2"
  fi
  kill -KILL "$timer" 2>/dev/null
}

shut_down() {
  trap '' TERM
  say "shutting down"
  : >/run/actorha/shutdown   # tells the agent that its host goes down, not only itself
  kill -TERM "$agent"
  wait_at_most "$agent_patience" "$agent" agent
  say "the agent has ended"
  kill -TERM "$etcd"
  wait_at_most "$etcd_patience" "$etcd" etcd
  exec 8>&-
  wait_at_most 1 "$stamper" "the log"
  say "power off"
  exit 0
}

boot
start etcd 0 9
etcd=$!
start agent 0 8
agent=$!
# The whole shutdown runs in the trap: a flag could be set just before the wait below and be slept through.
trap shut_down TERM
say "$LAB_HOST booted, boot id $LAB_BOOT_ID"

while :; do
  wait -n -p ended "$agent" "$etcd"
  status=$?
  case ${ended-} in
    "$agent")
      rm -f /run/lab/agent.pid
      say "the agent ended ($status), starts again"
      start agent "$restart_after" 8
      agent=$! ;;
    "$etcd")
      rm -f /run/lab/etcd.pid
      say "etcd ended ($status), starts again"
      start etcd "$restart_after" 9
      etcd=$! ;;
  esac
done
