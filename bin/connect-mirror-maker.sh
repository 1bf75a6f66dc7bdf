#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
[ $# -gt 0 ] || usage "[-daemon] mm2.properties"
run_connect connect-logback.xml org.apache.kafka.connect.mirror.MirrorMaker "$@"
