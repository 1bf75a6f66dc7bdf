#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
help_if_asked "Usage: kafka-server-stop.sh
Asks every server started from this checkout to stop; each finishes what it is doing and exits. SIGNAL=KILL in the
environment sends another signal than TERM." "$@"
pids=$(ps axww -o pid= -o command= | awk -v home="-Dvarve.home=$VARVE_HOME " \
  'index($0, home) && / io\.varve\.server\.Main / && !/awk/ { print $1 }')
[ -n "$pids" ] || die "No kafka server to stop"
# shellcheck disable=SC2086 # one word a process
kill -s "${SIGNAL:-TERM}" $pids
