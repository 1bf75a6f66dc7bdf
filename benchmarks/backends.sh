#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whole brokers that differ in storage.backend alone, in one sitting: a fresh server for each run, the backends in turn, so that the machine's
# moods meet them all. acks=all, log.durability=sync. Prints a Markdown table of medians, ready for the README.
#
#   benchmarks/backends.sh [--quick] [--pairs N] [--seconds N] [--backends "file lmdb"] [--partitions "1 100 1000"]
#                          [--sizes "100 1024 16384"] [--image GB]
#
# What is measured, and how, says benchmarks/Drive.java. "written" is what the device of the data wrote, "stored" what the directory takes up,
# both per byte of values. With --image the data is on an ext4 image of its own, so that nobody else writes to that device; needs root.
# Environment: KAFKA_HEAP_OPTS for the server (default: as shipped), BENCH_DIR for its data (default: /tmp's disk).
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}../bin/lib/launch.sh"
set -euo pipefail
image= pairs=2 seconds=5 backends="file lmdb" partitions="1 100 1000" sizes="100 1024 16384"
while [ $# -gt 0 ]; do
  case $1 in
    --quick) pairs=1 seconds=4; shift; continue ;;
    --pairs) pairs=$2 ;;
    --seconds) seconds=$2 ;;
    --backends) backends=$2 ;;
    --partitions) partitions=$2 ;;
    --sizes) sizes=$2 ;;
    --image) image=$2 ;;
    *) sed -n '3,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
find_java
prepare_program tools
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/backends.XXXXXX")
server=
disk=$work/disk
mkdir "$disk"

# Ends the server before its disk is unmounted.
end() {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  [ -z "$image" ] || umount --lazy "$disk" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT

if [ -n "$image" ]; then
  truncate -s "${image}G" "$work/image"
  mkfs.ext4 -q "$work/image"
  mount -o loop "$work/image" "$disk"
fi
device=$(basename "$(readlink -f "$(df --output=source "$disk" | tail -n 1)")")

. "$VARVE_HOME/benchmarks/lib/servers.sh"

start() { # backend port
  rm -rf "$disk/data"
  "$VARVE_HOME/bin/kafka-server-start.sh" "$VARVE_HOME/config/server.properties" --override "storage.backend=$1" \
    --override "log.dirs=$disk/data" --override "listeners=PLAINTEXT://127.0.0.1:$2" >"$work/server.out" 2>&1 &
  server=$!
  until grep -q 'ready on' "$work/server.out"; do
    kill -0 "$server" 2>/dev/null || { cat "$work/server.out" >&2; exit 1; }
    sleep 0.1
  done
}

run() { # backend partitions size
  local port figures stored
  port=$(free_port)
  start "$1" "$port"
  figures=$("$JAVA" -Xmx1g -XX:+UseSerialGC -Dlogback.configurationFile="$VARVE_HOME/config/tools-logback.xml" -cp "$PROGRAM" \
    "$VARVE_HOME/benchmarks/Drive.java" "127.0.0.1:$port" "$server" "$2" "$3" "$seconds" "$device") || { cat "$work/server.out" >&2; exit 1; }
  stored=$(du -s -B1 "$disk/data" | cut -f1)
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  awk -v cell="$2 $3 $1" -v stored="$stored" '{ printf "%s %s %.3f\n", cell, $0, stored / $7 }' <<<"$figures" | tee -a "$work/results" >&2
}

printf '%s pair(s) of %s s; %s cores; %s\n' "$pairs" "$seconds" "$(nproc)" "$(df --output=fstype,source "$disk" | tail -n 1)" >&2
echo 'partitions bytes backend records/s p50 p99 cpu written catch-up produced stored' >&2
for count in $partitions; do
  for size in $sizes; do
    for _ in $(seq "$pairs"); do for backend in $backends; do run "$backend" "$count" "$size"; done; done
  done
done

median() { # cell column
  awk -v cell="$1" -v f="$2" '$1 " " $2 " " $3 == cell { print $f }' "$work/results" | sort -n |
    awk '{ a[NR] = $1 } END { m = int((NR + 1) / 2); print NR % 2 ? a[m] : (a[m] + a[m + 1]) / 2 }'
}
echo '| partitions | value bytes | backend | records/s | MB/s | p50 ms | p99 ms | CPU s/GB | written | stored | catch-up MB/s |'
echo '|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|'
for count in $partitions; do
  for size in $sizes; do
    for backend in $backends; do
      cell="$count $size $backend"
      rate=$(median "$cell" 4)
      printf '| %s | %s | `%s` | %.0f | %.1f | %.1f | %.1f | %.1f | %.2f | %.2f | %.0f |\n' "$count" "$size" "$backend" "$rate" \
        "$(awk -v r="$rate" -v s="$size" 'BEGIN { print r * s / 1e6 }')" "$(median "$cell" 5)" "$(median "$cell" 6)" \
        "$(median "$cell" 7)" "$(median "$cell" 8)" "$(median "$cell" 11)" "$(median "$cell" 9)"
    done
  done
done
