#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# entry.sh [OPTION]...: becomes the server, with settings from the environment; options are those of kafka-server-start.sh.
# The settings begin with /etc/varve/server.properties, if that is there, else with those that come with Varve. VARVE_NUM_PARTITIONS=3 is
# num.partitions=3, as is Kafka's KAFKA_NUM_PARTITIONS: "_" stands for ".", "__" for "_", "___" for "-". ADVERTISED_LISTENERS alone stands
# for VARVE_ADVERTISED_LISTENERS.
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
base=${VARVE_SETTINGS:-/etc/varve/server.properties}
[ -e "$base" ] || base=$home/config/server.properties
settings=$VARVE_STATE/container.properties

# setting KEY VALUE: a line of a properties file.
setting() {
  local value=${2//\\/\\\\}
  value=${value//$'\n'/\\n}
  value=${value//$'\r'/\\r}
  [[ $value != ' '* ]] || value=\\$value
  printf '%s=%s\n' "$1" "$value"
}

# property NAME: the key that a variable stands for, without its prefix.
property() {
  local key=${1,,}
  key=${key//___/-}
  key=${key//__/$'\1'}
  key=${key//_/.}
  printf '%s' "${key//$'\1'/_}"
}

# settings_of PREFIX: the settings of variables with a prefix, but for those that the scripts read.
settings_of() {
  local name
  for name in $(compgen -e "$1" | LC_ALL=C sort); do
    case ${name#"$1"} in
      HOME | STATE | SETTINGS | NO_BUILD | BOOTSTRAP_SERVER | HEAP_OPTS | OPTS | JVM_PERFORMANCE_OPTS | JMX_OPTS | LOG4J_OPTS | GC_LOG_OPTS) ;;
      *) setting "$(property "${name#"$1"}")" "${!name}" ;;
    esac
  done
}

# Of two lines with the same key the later one counts. Values may be secrets: nobody else reads the file.
umask 077
{
  cat "$base"
  echo
  if [ "$base" = "$home/config/server.properties" ]; then
    setting listeners PLAINTEXT://:9092
    setting advertised.listeners PLAINTEXT://localhost:9092
    setting http.listeners http://127.0.0.1:8080
  fi
  [ -z "${ADVERTISED_LISTENERS:-}" ] || setting advertised.listeners "$ADVERTISED_LISTENERS"
  settings_of KAFKA_
  settings_of VARVE_
} >"$settings"
umask 027
exec "$home/bin/kafka-server-start.sh" "$settings" "$@"
