#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What producers notice of consumers that read from the bucket: one server with storage.backend=s3, kafka-producer-perf-test at a given speed
# into one topic, alone and beside a flood of readers of another topic whose records are in the bucket only, in turn. Prints both latencies.
#
#   benchmarks/cold-readers.sh [--hot file|lmdb] [--readers N] [--pace RECORDS/S] [--seconds N] [--old MB] [--rounds N]
#                              [--override KEY=VALUE]...
#
# Also prints how long the server's network threads ran, and waited for a core: where they waited long, the latencies are the machine's.
# The readers never stop: each reads all of the old records from a place of its own, over and over, without a cache on disk. They, the bucket's
# server and the producer use the same cores as the server. --override: a setting of the broker. Environment: BENCH_DIR is where the data is
# kept meanwhile (default: /tmp's disk).
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}../bin/lib/launch.sh"
set -euo pipefail
home=$VARVE_HOME
hot=file readers=8 pace=2000 seconds=20 old=256 rounds=3 overrides=()
while [ $# -gt 0 ]; do
  case $1 in
    --hot) hot=$2 ;;
    --readers) readers=$2 ;;
    --pace) pace=$2 ;;
    --seconds) seconds=$2 ;;
    --old) old=$2 ;;
    --rounds) rounds=$2 ;;
    --override) overrides+=(--override "$2") ;;
    *) sed -n '3,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
find_java
prepare_program tools
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/cold-readers.XXXXXX")
bucket='' server='' flood=''
trap 'for p in $flood $server $bucket; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
"$(dirname "$JAVA")/javac" -d "$work/classes" -cp "$PROGRAM" "$home/benchmarks/ColdFlood.java"

. "$home/benchmarks/lib/servers.sh"
start_bucket "$home" "$work"
start_tiered "$home" "$work" "$hot" --override s3.cache.size=0 --override log.retention.check.interval.ms=1000 ${overrides[@]+"${overrides[@]}"}

create() { "$home/bin/kafka-topics.sh" --bootstrap-server "127.0.0.1:$port" --create --topic "$@" >/dev/null; }
produce() { # topic records speed option...
  "$home/bin/kafka-producer-perf-test.sh" --topic "$1" --num-records "$2" --record-size 1000 --throughput "$3" \
    --bootstrap-server "127.0.0.1:$port" --command-property acks=all "${@:4}" | tail -n 1
}
local_start() { "$home/bin/kafka-get-offsets.sh" --bootstrap-server "127.0.0.1:$port" --topic old --time earliest-local | cut -d: -f3; }
net_nanos() { # field: 1 is time on a core, 2 is time in wait for one
  local thread
  for thread in "/proc/$server"/task/*; do
    case $(cat "$thread/comm" 2>/dev/null) in net-*) cat "$thread/schedstat" 2>/dev/null || true ;; esac
  done | awk -v f="$1" '{ n += $f } END { printf "%.0f", n }'
}

run() { # name
  local line ran waited
  ran=$(net_nanos 1) waited=$(net_nanos 2)
  line=$(produce hot $((pace * (seconds + 5))) "$pace" --warmup-records $((pace * 5)))
  ran=$(($(net_nanos 1) - ran)) waited=$(($(net_nanos 2) - waited))
  awk -v what="$1" -v line="$line" -v ran="$ran" -v waited="$waited" 'BEGIN {
    n = split(line, part, ", ")
    for (i = 1; i <= n; i++) { split(part[i], word, " "); if (word[2] == "ms") { sub(/\.$/, "", word[3]); ms[word[3]] = word[1] } }
    printf "%-7s p50 %5d ms, p99 %5d ms, p99.9 %5d ms; network threads ran %.1f s, waited for a core %.1f s", \
      what, ms["50th"], ms["99th"], ms["99.9th"], ran / 1e9, waited / 1e9 }' |
    tee -a "$work/results"
}

create old --config segment.bytes=16777216 --config local.retention.bytes=1
create hot --config remote.storage.enable=false
produce old $((old * 1000)) -1 >/dev/null
until [ "$(local_start)" -ge $((old * 1000 - 17000)) ]; do sleep 1; done
end=$(local_start)
echo "$pace records/s of 1 kB for $seconds s, alone and beside $readers readers of $((end / 1000)) MB in the bucket; s3 over $hot; $(nproc) cores"
for round in $(seq 0 "$rounds"); do # the first one warms up
  [ "$round" -ne 1 ] || : >"$work/results"
  run alone; echo | tee -a "$work/results"
  "$JAVA" -Xmx512m -XX:+UseSerialGC -Dlogback.configurationFile="$home/config/tools-logback.xml" -cp "$work/classes:$PROGRAM" \
    ColdFlood "127.0.0.1:$port" old "$end" "$readers" >"$work/flood.out" 2>&1 &
  flood=$!
  await "$flood" "$work/flood.out" reading
  run beside
  kill "$flood"
  wait "$flood" || true
  flood=''
  echo "; read $(tail -n 1 "$work/flood.out")" | tee -a "$work/results"
done
median() { awk -v b="$1" -v f="$2" '$1 == b { print $f }' "$work/results" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
for what in alone beside; do
  echo "medians, $what: p50 $(median $what 3) ms, p99 $(median $what 6) ms, p99.9 $(median $what 9) ms"
done
