#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# health.sh: succeeds when clients can read and write, as the server's /ready says it (http.listeners); prints why not.
set -euo pipefail
listener=$(sed -n 's/^http\.listeners=http:\/\///p' "$VARVE_STATE/container.properties" | tail -n 1)
[ -n "$listener" ] || { echo "http.listeners is empty: nobody can ask for the server's health."; exit 1; }
host=${listener%:*} port=${listener##*:}
exec 3<>"/dev/tcp/${host:-127.0.0.1}/$port"
printf 'GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
answer=$(timeout 4 cat <&3 || true)
case $answer in
  'HTTP/1.1 200 '*) ;;
  *) printf '%s\n' "$answer" && exit 1 ;;
esac
