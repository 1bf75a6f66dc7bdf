#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs another project's test suite against Varve, or against Apache Kafka for comparison. README.md says which suites there are.
# The suite is fetched from its registry into target/compat, and never committed. Exits 0 if every test passed or failed as
# allow/SUITE.txt says, 1 otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD

usage() {
  cat >&2 <<EOF
Usage: compat/run.sh SUITE [--kafka] [--override KEY=VALUE]... [--bootstrap-server HOST:PORT]
  SUITE               $(cd compat/suites && printf '%s ' * | sed 's/\.sh//g')
  --kafka             run it against Apache Kafka, from the jars of bin/tools
  --override          a setting of the broker that is started; may be repeated
  --bootstrap-server  run it against a broker that runs already: Varve, or with --kafka a Kafka
EOF
  exit 2
}

[ $# -gt 0 ] && [ -e "compat/suites/$1.sh" ] || usage
suite=$1 broker=varve bootstrap='' overrides=()
shift
while [ $# -gt 0 ]; do
  case $1 in
    --kafka) broker=kafka && shift ;;
    --override) overrides+=("${2:?--override needs KEY=VALUE}") && shift 2 ;;
    --bootstrap-server) bootstrap=${2:?--bootstrap-server needs HOST:PORT} && shift 2 ;;
    *) usage ;;
  esac
done

work=$home/target/compat/$suite
run=$work/$broker
rm -rf "$run"
mkdir -p "$run"
# What the suite wants of its broker.
SETTINGS=()
# shellcheck source=/dev/null
. "compat/lib/broker.sh"
# shellcheck source=/dev/null
. "compat/suites/$suite.sh"

trap stop_broker EXIT
trap 'exit 130' INT TERM
fetch_suite
[ -n "$bootstrap" ] || "start_$broker" "$run" ${SETTINGS[@]+"${SETTINGS[@]}"} ${overrides[@]+"${overrides[@]}"}
echo "Running $suite against $broker at $bootstrap; its output is in $run/output"
began=$SECONDS
run_suite "$bootstrap" "$run" || true # the results say what failed
echo "It took $((SECONDS - began)) s."
python3 compat/lib/verdict.py "$run/results" "compat/allow/$suite.txt" "$broker"
