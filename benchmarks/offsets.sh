#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long a start takes to know its groups' offsets again, after many commits: compacted, and killed.
#
#   benchmarks/offsets.sh [--groups N] [--partitions N] [--rounds N] [--backend NAME]
#
# Every group commits an offset for every partition, so many rounds: 100 x 100 x 1000 by default, which are ten million. Then the server is
# left alone until compaction has nothing to do any more, killed, and started: the time is that from the start until every group's offsets
# have been asked for and are right. Environment: BENCH_DIR for its data (default a temporary one).
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}../bin/lib/launch.sh"
set -euo pipefail
home=$VARVE_HOME
groups=100 partitions=100 rounds=1000 backend=file
while [ $# -gt 0 ]; do
  case $1 in
    --groups) groups=$2 ;;
    --partitions) partitions=$2 ;;
    --rounds) rounds=$2 ;;
    --backend) backend=$2 ;;
    *) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
find_java
prepare_program tools
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/offsets.XXXXXX")
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
"$(dirname "$JAVA")/javac" -d "$work/classes" -cp "$PROGRAM" "$home/benchmarks/Offsets.java"
port=$(python3 "$VARVE_HOME/benchmarks/lib/free_port.py")

start() {
  "$home/bin/kafka-server-start.sh" "$home/config/server.properties" --override "log.dirs=$work/data" \
    --override "storage.backend=$backend" --override "listeners=PLAINTEXT://127.0.0.1:$port" \
    --override "log.cleaner.backoff.ms=1000" >>"$work/server.out" 2>&1 &
  server=$!
  disown "$server" # so that the shell says nothing of its end
}

listening() { python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$port" 2>/dev/null; }
await() { for _ in $(seq 600); do listening && return; sleep 0.05; done; cat "$work/server.out" >&2; exit 1; }
offsets() {
  "$JAVA" -Xmx512m -Dlogback.configurationFile="$home/config/tools-logback.xml" -cp "$work/classes:$PROGRAM" Offsets "$1" "127.0.0.1:$port" "$groups" "$partitions" "$rounds"
}
kept() { du -sm "$work/data" | cut -f1; }
killed() { kill -9 "$server"; while kill -0 "$server" 2>/dev/null; do sleep 0.05; done; }
again() { # what
  killed
  local begun listens mb; mb=$(kept) begun=$(date +%s%N)
  start
  await
  listens=$(($(date +%s%N) - begun))
  offsets ask >/dev/null
  awk -v what="$1" -v listens="$listens" -v ns=$(($(date +%s%N) - begun)) -v mb="$mb" \
    'BEGIN { printf "%s: %d MB kept; listening %.1f s after the start, every offset asked for and right after %.1f s\n", what, mb, listens / 1e9, ns / 1e9 }'
}

start
await
offsets commit
idle=0
while [ "$idle" -lt 10 ]; do # nothing was compacted for ten seconds
  before=$(grep -c "is compacted up to" "$work/server.out" || true)
  sleep 1
  [ "$(grep -c "is compacted up to" "$work/server.out" || true)" -eq "$before" ] && idle=$((idle + 1)) || idle=0
done
echo "$(grep -c "is compacted up to" "$work/server.out" || true) times a partition was compacted"
again "after compaction and kill -9"
