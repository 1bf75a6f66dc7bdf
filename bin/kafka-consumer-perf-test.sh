#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/lib/launch.sh"
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx512m}" KAFKA_JVM_PERFORMANCE_OPTS="${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseParallelGC}"
run_tool_with_old_options org.apache.kafka.tools.ConsumerPerformance "$@"
