#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the S3 backend's store against versitygw, an S3 server of others: installs it by Go into a temporary
# directory, starts it on a free port of 127.0.0.1, runs the contract of the object store, and ends it.
# Needs Go 1.24 or newer. VERSITYGW names a binary that is there already. Arguments go to Maven, for example -o.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v1.8.0

work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  # Go's module cache is read-only.
  chmod -R u+w "$work" && rm -rf "$work"
}
trap finish EXIT

gateway=${VERSITYGW:-}
if [ -z "$gateway" ]; then
  command -v go >/dev/null || { echo "versitygw.sh: go is not on the path; install it, or set VERSITYGW to a binary" >&2; exit 1; }
  echo "Installing versitygw $version (some minutes, 1 GB in $work)"
  GOBIN="$work/bin" GOPATH="$work/go" go install "github.com/versity/versitygw/cmd/versitygw@$version"
  gateway="$work/bin/versitygw"
fi

port=$(python3 benchmarks/lib/free_port.py)
secret=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
mkdir "$work/data" "$work/attributes"
# Attributes in files: not every file system has room for them in its own.
ROOT_ACCESS_KEY=varve ROOT_SECRET_KEY="$secret" "$gateway" --port "127.0.0.1:$port" \
  posix --sidecar "$work/attributes" "$work/data" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then ready=yes; break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ "${ready:-}" = yes ] || { echo "versitygw.sh: the server did not start:" >&2; cat "$work/log" >&2; exit 1; }

echo "versitygw listens on 127.0.0.1:$port"
mvn -B -ntp -q "$@" -pl backend-s3 -am verify -Dtest=none -Dit.test=ForeignStoreIT \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
  "-Dvarve.test.s3.endpoint=http://127.0.0.1:$port" -Dvarve.test.s3.key=varve "-Dvarve.test.s3.secret=$secret" \
  || { tail -n 20 "$work/log" >&2; exit 1; }
grep -h "Tests run" backend-s3/target/failsafe-reports/*ForeignStoreIT.txt
