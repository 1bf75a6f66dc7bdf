#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tier beside the bare SDK, on the same bytes and the same S3 server, in turn: uploads, the time to the first record, reads in order.
# Below the engine, without a broker. Prints a Markdown table of medians.
#
#   benchmarks/tier.sh [--hot file|lmdb] [--segments N] [--rounds N]
#   benchmarks/tier.sh --start N [--rounds N]          the time that a start takes with N segments in the bucket
#
# Segments have 64 MiB (default: 8 of them). The S3 server is that of bin/varve-s3.sh, another process, whose CPU is printed apart.
# The SDK signs the content of uploads over http, as the tier does to another machine: one row has the tier with it, one without.
# Environment: JAVA_HOME; BENCH_DIR is where the data is kept meanwhile (default: /tmp's disk).
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}../bin/lib/launch.sh"
set -euo pipefail
hot=file segments=8 rounds=3 start=
while [ $# -gt 0 ]; do
  case $1 in
    --hot) hot=$2 ;;
    --segments) segments=$2 ;;
    --rounds) rounds=$2 ;;
    --start) start=$2 ;;
    *) sed -n '3,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
find_java
target=$VARVE_HOME/benchmarks/stores/target
build "the benchmarks" benchmarks/stores "$VARVE_HOME/target/build-benchmarks.log"
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/tier.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$(python3 "$VARVE_HOME/benchmarks/lib/free_port.py")
KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC "$VARVE_HOME/bin/varve-s3.sh" --port "$port" --dir "$work/s3" --bucket varve --access-key bench --secret-key bench-secret >"$work/s3.out" 2>&1 &
server=$!
until grep -q "127.0.0.1:$port" "$work/s3.out"; do
  kill -0 "$server" 2>/dev/null || { cat "$work/s3.out" >&2; exit 1; }
  sleep 0.2
done
"$JAVA" -Xmx512m -XX:+UseSerialGC "${NATIVE_FLAGS[@]}" "-Dvarve.bench.dir=$work" "-Dvarve.bench.s3.pid=$server" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -cp "$target/classes:$target/lib/*" io.varve.bench.RunTierBenchmark \
  "http://127.0.0.1:$port" varve bench bench-secret "$hot" "$segments" "$rounds" $start
