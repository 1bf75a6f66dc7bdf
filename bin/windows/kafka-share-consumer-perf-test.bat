@echo off
rem SPDX-License-Identifier: Apache-2.0
setlocal
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx512m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseParallelGC"
call "%~dp0lib\tool.bat" org.apache.kafka.tools.ShareConsumerPerformance %*
