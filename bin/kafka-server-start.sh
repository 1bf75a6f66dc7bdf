#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
if [ "${1:-}" = -daemon ]; then
  daemon=1
  shift
fi
[ $# -gt 0 ] || usage "[-daemon] config/server.properties [--override key=value]..."
prepare_server "$1"
[ -n "${daemon:-}" ] || run_server "$@"

out=${LOG_DIR:-$STATE/logs}/kafkaServer.out
mkdir -p "$(dirname "$out")" || exit 1
VARVE_NO_BUILD=1 nohup "$VARVE_HOME/bin/kafka-server-start.sh" "$@" >"$out" 2>&1 </dev/null &
say "Starting in the background as process $!; it logs to $out"
