#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the tier costs producers: one server with storage.backend=s3, kafka-producer-perf-test into a topic that is uploaded meanwhile and into
# one that is not (remote.storage.enable=false), in turn. Prints the rate and the server's CPU at full speed, and latencies at a given speed.
#
#   benchmarks/offload.sh [--hot file|lmdb] [--records N] [--record-size BYTES] [--pace RECORDS/S] [--rounds N]
#                         [--override KEY=VALUE]...
#
# Segments have 64 MiB. The S3 server is that of bin/varve-s3.sh, on the same cores; its CPU seconds are printed beside the broker's.
# The broker's JIT compilers count apart: what they take depends on how long the broker runs. --override: a setting of the broker.
# Environment: BENCH_DIR is where the data is kept meanwhile (default: /tmp's disk).
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
hot=file records=1000000 size=1000 pace=10000 rounds=3 overrides=()
while [ $# -gt 0 ]; do
  case $1 in
    --hot) hot=$2 ;;
    --records) records=$2 ;;
    --record-size) size=$2 ;;
    --pace) pace=$2 ;;
    --rounds) rounds=$2 ;;
    --override) overrides+=(--override "$2") ;;
    *) sed -n '3,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/offload.XXXXXX")
bucket='' server=''
trap 'for p in $server $bucket; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
tick=$(getconf CLK_TCK)

. "$home/benchmarks/lib/servers.sh"
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
jit_ticks() { { cat "/proc/$1"/task/*/stat 2>/dev/null || true; } | grep -E '\(C[12] Compiler' | sed 's/.*) //' | awk '{ n += $12 + $13 } END { print n + 0 }'; }
rss() { awk '/VmRSS/ { printf "%.0f MiB", $2 / 1024 }' "/proc/$1/status"; }

start_bucket "$home" "$work"
start_tiered "$home" "$work" "$hot" ${overrides[@]+"${overrides[@]}"}

tier() { "$home/bin/varve-retention.sh" explain --bootstrap-server "127.0.0.1:$port" --topic "$1"; }
produce() { # topic records speed
  "$home/bin/kafka-producer-perf-test.sh" --topic "$1" --num-records "$2" --record-size "$size" --throughput "$3" \
    --bootstrap-server "127.0.0.1:$port" --command-property acks=all | tail -n 1
}
await_uploads() { while tier "$1" | awk '$4 == "local"' | grep -qv active; do sleep 1; done; }

run() { # name tiered
  local topic="bench-$1-$RANDOM" broker jit s3 line paced
  "$home/bin/kafka-topics.sh" --bootstrap-server "127.0.0.1:$port" --create --topic "$topic" --config segment.bytes=67108864 \
    --config "remote.storage.enable=$2" >/dev/null
  broker=$(cpu_ticks "$server") jit=$(jit_ticks "$server") s3=$(cpu_ticks "$bucket")
  line=$(produce "$topic" "$records" -1)
  [ "$2" = false ] || await_uploads "$topic"
  jit=$(($(jit_ticks "$server") - jit)) broker=$(($(cpu_ticks "$server") - broker - jit)) s3=$(($(cpu_ticks "$bucket") - s3))
  paced=$(produce "$topic" $((records / 4)) "$pace")
  [ "$2" = false ] || await_uploads "$topic"
  awk -v what="$1" -v rate="$(sed -E 's/.* ([0-9.]+) records\/sec.*/\1/' <<<"$line")" -v broker="$broker" -v jit="$jit" -v s3="$s3" -v hz="$tick" \
    -v gb="$(awk -v r="$records" -v s="$size" 'BEGIN { print r * s / 1e9 }')" -v p99="$(sed -E 's/.* ([0-9.]+) ms 99th.*/\1/' <<<"$line")" \
    -v paced="$(sed -E 's/.* ([0-9.]+) ms 50th.* ([0-9.]+) ms 99th.*/p50 \1 ms, p99 \2 ms/' <<<"$paced")" -v rss="$(rss "$server")" \
    'BEGIN { printf "%-10s %8.0f records/s, p99 %5.0f ms; CPU s/GB: broker %.2f, its JIT %.2f, S3 %.2f; paced: %s; RSS %s\n", \
      what, rate, p99, broker / hz / gb, jit / hz / gb, s3 / hz / gb, paced, rss }' |
    tee -a "$work/results"
}

echo "$records records of $size bytes at full speed, then $((records / 4)) at $pace/s; s3 over $hot; $(nproc) cores; RSS at rest $(rss "$server")"
run warm-up true >/dev/null
: >"$work/results"
for _ in $(seq "$rounds"); do run not-tiered false; run tiered true; done
median() { awk -v b="$1" -v f="$2" '$1 == b { print $f }' "$work/results" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
awk -v on="$(median tiered 2)" -v off="$(median not-tiered 2)" -v more="$(median tiered 10)" -v less="$(median not-tiered 10)" \
  'BEGIN { printf "medians: the tier leaves producers %.2f of the rate; the broker takes %.2f CPU s/GB with it, %.2f without\n", on / off, more, less }'
