#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
help_if_asked "Usage: kafka-run-class.sh class [argument]...
Runs a class of Apache Kafka's tools, by its name of today or of before Kafka 3.7." "$@"
[ $# -gt 0 ] || usage "class [argument]..."
# Names the classes had before Kafka 3.7, which tutorials still use.
case $1 in
  kafka.tools.GetOffsetShell) class=org.apache.kafka.tools.GetOffsetShell ;;
  kafka.tools.DumpLogSegments) class=org.apache.kafka.tools.DumpLogSegments ;;
  kafka.tools.ConsoleConsumer) class=org.apache.kafka.tools.consumer.ConsoleConsumer ;;
  kafka.tools.ConsoleProducer) class=org.apache.kafka.tools.ConsoleProducer ;;
  kafka.admin.TopicCommand) class=org.apache.kafka.tools.TopicCommand ;;
  kafka.admin.ConsumerGroupCommand) class=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand ;;
  *) class=$1 ;;
esac
shift
run_tool_with_old_options "$class" "$@"
