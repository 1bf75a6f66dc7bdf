#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a broker takes by storage backend: the time until it is ready, its memory at rest, after records were written, and after they were read,
# and how many classes of the S3 client it loads. With s3 also: requests to the bucket for a GB that went up, and for a GB that came back.
#
#   benchmarks/footprint.sh [--backends "file lmdb s3/file s3/lmdb"] [--megabytes N]
#
# Records of 1 kB of random letters in one partition, segments of 64 MiB. With s3 they are read from the bucket alone, by a broker that was
# started again, without a cache on disk. Environment: BENCH_DIR is where the data is kept meanwhile (default: /tmp's disk).
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
backends="file lmdb s3/file s3/lmdb" megabytes=1000
while [ $# -gt 0 ]; do
  case $1 in
    --backends) backends=$2 ;;
    --megabytes) megabytes=$2 ;;
    *) sed -n '3,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
root=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/footprint.XXXXXX")
bucket='' server=''
end() { for p in "$@"; do [ -z "$p" ] || { kill "$p" && wait "$p"; } || true; done 2>/dev/null; }
trap 'end "$server" "$bucket"; rm -rf "$root"' EXIT

. "$home/benchmarks/lib/servers.sh"
mib() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$server/status"; }
tool() { "$home/bin/kafka-$1.sh" --bootstrap-server "127.0.0.1:$port" "${@:2}"; }
read_all() { tool consumer-perf-test --topic t --num-records "$megabytes"000 --group "g$RANDOM" >/dev/null; }
# What the broker that ended asked of the bucket for the topic: the notes it left, as requests and bytes of each kind for a GB.
requests() {
  grep '"topic":"t"' "$work/data/tier-usage.json" | tr -d '{}" ' | tr ',' '\n' |
    awk -F: -v gb="$(awk -v m="$megabytes" 'BEGIN { print m / 1000 }')" '
      $1 == "kind" { kind = $2 } $1 == "requests" { n = $2 }
      $1 == "bytes" && n > 0 { printf "%s%s %.0f (%.0f MB)", sep, kind, n / gb, $2 / gb / 1e6; sep = ", " }'
}

measure() { # backend
  local began ready rest written tier=()
  work=$root/${1//\//-} hot=${1#s3/}
  mkdir -p "$work"
  if [ "$hot" != "$1" ]; then
    start_bucket "$home" "$work"
    tier=(--config local.retention.bytes=1)
    start() { start_tiered "$home" "$work" "$hot" --override s3.cache.size=0 --override log.retention.check.interval.ms=1000; }
  else
    start() { start_broker "$home" "$work" server.properties --override "storage.backend=$hot"; }
  fi
  began=$(date +%s%N)
  start
  ready=$((($(date +%s%N) - began) / 1000000))
  sleep 5
  rest=$(mib)
  tool topics --create --topic t --config segment.bytes=67108864 ${tier[@]+"${tier[@]}"} >/dev/null
  "$home/bin/kafka-producer-perf-test.sh" --topic t --num-records "$megabytes"000 --record-size 1000 --throughput -1 \
    --bootstrap-server "127.0.0.1:$port" --command-property acks=all >/dev/null
  if [ "$hot" != "$1" ]; then
    until [ "$(tool get-offsets --topic t --time earliest-local | cut -d: -f3)" -ge $((megabytes * 1000 - 68000)) ]; do sleep 1; done
    written=$(mib)
    end "$server"
    echo "$1, up, requests for a GB: $(requests)"
    start
  else
    written=$(mib)
  fi
  read_all
  echo "$1: ready after $ready ms; RSS at rest $rest MiB, written $written MiB, read $(mib) MiB;" \
    "$(jcmd "$server" VM.class_hierarchy | grep -c software.amazon || true) classes of the S3 client"
  end "$server"
  server=''
  [ "$hot" = "$1" ] || echo "$1, back, requests for a GB: $(requests)"
  end "$bucket"
  bucket=''
}

"$home/bin/kafka-server-start.sh" --version >/dev/null # builds what is stale
for backend in $backends; do measure "$backend"; done
