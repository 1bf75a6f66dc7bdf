#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/lib/launch.sh"
usage() { die "Usage: $0 [-daemon] config/server.properties [--override key=value]..."; }

[ "${1:-}" != -daemon ] || daemon=1
[ -z "${daemon:-}" ] || shift
[ $# -gt 0 ] || usage
[ -n "${daemon:-}" ] || run_server "$@"

find_java
build_server_if_stale
out=${LOG_DIR:-$VARVE_HOME/logs}/kafkaServer.out
mkdir -p "$(dirname "$out")" || exit 1
VARVE_NO_BUILD=1 nohup "$VARVE_HOME/bin/kafka-server-start.sh" "$@" >"$out" 2>&1 </dev/null &
say "Starting in the background as process $!; it logs to $out"
