#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
run_tool_with_old_options org.apache.kafka.tools.TopicCommand "$@"
