#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Varve and Apache Kafka in turn, in one sitting: kafka-producer-perf-test against a fresh broker each time, and with --consume
# kafka-consumer-perf-test of what was produced.
# Prints records/s, server CPU seconds per GB and RSS of each run, and the ratios of the medians.
#
#   benchmarks/produce.sh [--records N] [--runs N] [--record-size BYTES] [--partitions N] [--acks all|1]
#                         [--durability sync|async] [--only varve|kafka] [--consume TIMES]
#
# --consume: so many consumers, one after the other, each read all records; the last one counts, those before warm the server.
# Environment: KAFKA_HEAP_OPTS for both brokers' heaps (default -Xmx1g -Xms1g), BENCH_DIR for their data (default a temporary one).
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
records=1500000 runs=3 size=1000 partitions=1 acks=all durability=sync brokers="varve kafka" consume=0
while [ $# -gt 0 ]; do
  case $1 in
    --records) records=$2 ;;
    --runs) runs=$2 ;;
    --record-size) size=$2 ;;
    --partitions) partitions=$2 ;;
    --acks) acks=$2 ;;
    --durability) durability=$2 ;;
    --only) brokers=$2 ;;
    --consume) consume=$2 ;;
    *) sed -n '3,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx1g -Xms1g}
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/produce.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
tick=$(getconf CLK_TCK)

. "$home/benchmarks/lib/servers.sh"
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

start_varve() {
  "$home/bin/kafka-server-start.sh" "$home/config/server.properties" --override "log.dirs=$work/data" \
    --override "listeners=PLAINTEXT://127.0.0.1:$port" --override "log.durability=$durability" >"$work/server.out" 2>&1 &
  server=$!
}

start_kafka() {
  local controller; controller=$(free_port)
  cat >"$work/kafka.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
log.dirs=$work/data
offsets.topic.replication.factor=1
EOF
  # A console at WARN: Kafka's own defaults need a configuration file.
  printf 'rootLogger.level=warn\nrootLogger.appenderRef.c.ref=c\nappender.c.type=Console\nappender.c.name=c\n' >"$work/log4j2.properties"
  local java=(java -Dlog4j2.configurationFile="$work/log4j2.properties" -cp "$home/benchmarks/target/kafka/*")
  "${java[@]}" kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qg -c "$work/kafka.properties" >"$work/format.out" 2>&1
  # shellcheck disable=SC2086 # the options Kafka's own start script gives its broker
  "${java[@]:0:1}" $KAFKA_HEAP_OPTS -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 \
    -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true "${java[@]:1}" kafka.Kafka "$work/kafka.properties" >"$work/server.out" 2>&1 &
  server=$!
}

topics() { "$home/bin/kafka-topics.sh" --bootstrap-server "127.0.0.1:$port" "$@"; }

produce() {
  "$home/bin/kafka-producer-perf-test.sh" --topic bench --num-records "$1" --record-size "$size" --throughput -1 \
    --bootstrap-server "127.0.0.1:$port" --command-property "acks=$acks" | tail -n 1
}

# Columns: start, end, MiB, MiB/s, records, records/s, ms to the assignment, ms of fetching, MiB/s and records/s while fetching.
consume_all() {
  "$home/bin/kafka-consumer-perf-test.sh" --topic bench --num-records "$records" --hide-header --timeout 60000 \
    --bootstrap-server "127.0.0.1:$port" 2>"$work/consumer.err" | tail -n 1
}

report() { # what rate ticks tail
  awk -v what="$1" -v rate="$2" -v ticks="$3" -v hz="$tick" -v bytes=$((records * size)) \
    -v rss="$(awk '/VmRSS/ { print $2 / 1024 }' "/proc/$server/status")" -v tail="$4" \
    'BEGIN { printf "%-14s %10.0f records/s %8.2f CPU s/GB %6.0f MiB RSS%s\n", what, rate, ticks / hz / (bytes / 1e9), rss, tail }' |
    tee -a "$work/results"
}

consume() { # broker
  local before line
  for _ in $(seq "$consume"); do
    before=$(cpu_ticks "$server")
    line=$(consume_all)
  done
  report "$1-consume" "$(awk -F', *' '{ print $10 }' <<<"$line")" $(($(cpu_ticks "$server") - before)) ""
}

run() { # broker
  rm -rf "$work/data"; mkdir "$work/data"
  port=$(free_port)
  "start_$1"
  for _ in $(seq 60); do topics --list >/dev/null 2>&1 && break; sleep 0.5; done
  topics --create --topic bench --partitions "$partitions" --replication-factor 1 >/dev/null
  produce $((records / 3)) >/dev/null # warms the JVM
  local before after line rate
  before=$(cpu_ticks "$server")
  line=$(produce "$records")
  after=$(cpu_ticks "$server")
  rate=$(sed -E 's/.* ([0-9.]+) records\/sec.*/\1/' <<<"$line")
  report "$1" "$rate" $((after - before)) "   p99 $(sed -E 's/.* ([0-9.]+ ms) 99th.*/\1/' <<<"$line")"
  [ "$consume" -eq 0 ] || consume "$1"
  kill "$server"; wait "$server" 2>/dev/null || true
  server=
}

[[ $brokers != *kafka* ]] || [ -d "$home/benchmarks/target/kafka" ] || mvn -q -B -f "$home/benchmarks/pom.xml" package
echo "kafka-producer-perf-test: $records records of $size bytes, acks=$acks, $partitions partition(s); Varve log.durability=$durability; $(nproc) cores"
for _ in $(seq "$runs"); do for broker in $brokers; do run "$broker"; done; done
median() { awk -v b="$1" -v f="$2" '$1 == b { print $f }' "$work/results" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
ratios() { # what suffix
  awk -v what="$1" -v vr="$(median "varve$2" 2)" -v kr="$(median "kafka$2" 2)" -v vc="$(median "varve$2" 4)" -v kc="$(median "kafka$2" 4)" \
    'BEGIN { printf "%s, medians: Varve at %.2f times the rate, %.2f times the CPU per GB of Kafka\n", what, vr / kr, vc / kc }'
}
[[ $brokers != "varve kafka" ]] || ratios produce ""
[[ $brokers != "varve kafka" || $consume -eq 0 ]] || ratios consume -consume
