#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# JMH on the storage backends, below the engine: group commits, catch-up reads, random reads.
#
#   benchmarks/stores.sh [JMH's own arguments]
#   benchmarks/stores.sh AppendBenchmark -p backend=file,lmdb -p partitions=1000 -p valueBytes=1024
#
# Environment: JAVA_HOME; BENCH_DIR is where the data is kept meanwhile, on the disk to be measured (default: /tmp's).
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}../bin/lib/launch.sh"
find_java
target=$VARVE_HOME/benchmarks/stores/target
build "the benchmarks" benchmarks/stores "$VARVE_HOME/target/build-benchmarks.log"
exec "$JAVA" -cp "$target/classes:$target/lib/*" io.varve.bench.RunStoreBenchmarks -foe true \
  -jvmArgsAppend "-Xmx1g -XX:+UseSerialGC -Dvarve.bench.dir=${BENCH_DIR:-${TMPDIR:-/tmp}} ${NATIVE_FLAGS[*]}" "$@"
