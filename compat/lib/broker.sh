# SPDX-License-Identifier: Apache-2.0
# Starts a broker for a suite, and ends it. Sourced by run.sh, never run. Sets bootstrap.

broker_pid=''

free_port() { python3 "$(dirname "${BASH_SOURCE[0]}")/../../benchmarks/lib/free_port.py"; }

# await_broker PORT LOG: waits until the broker listens, or ends the run with what it printed.
await_broker() {
  local tries
  for tries in $(seq 1200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
      bootstrap=127.0.0.1:$1
      return
    fi
    kill -0 "$broker_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "The broker did not start (try $tries):" >&2
  tail -n 20 "$2" >&2
  exit 1
}

# start_varve DIR KEY=VALUE...
start_varve() {
  local dir=$1 port setting options=()
  shift
  port=$(free_port)
  for setting in node.id=0 "listeners=PLAINTEXT://127.0.0.1:$port" "advertised.listeners=PLAINTEXT://127.0.0.1:$port" \
    "log.dirs=$dir/data" "$@"; do
    options+=(--override "$setting")
  done
  bin/kafka-server-start.sh config/server.properties "${options[@]}" >"$dir/broker.log" 2>&1 &
  broker_pid=$!
  await_broker "$port" "$dir/broker.log"
}

# start_kafka DIR KEY=VALUE...: one node that is broker and controller.
start_kafka() {
  local dir=$1 port controller
  shift
  port=$(free_port)
  controller=$(free_port)
  printf '%s\n' process.roles=broker,controller node.id=0 "controller.quorum.voters=0@127.0.0.1:$controller" \
    "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller" "advertised.listeners=PLAINTEXT://127.0.0.1:$port" \
    controller.listener.names=CONTROLLER "log.dirs=$dir/data" offsets.topic.replication.factor=1 \
    transaction.state.log.replication.factor=1 transaction.state.log.min.isr=1 \
    share.coordinator.state.topic.replication.factor=1 share.coordinator.state.topic.min.isr=1 "$@" >"$dir/kafka.properties"
  bin/kafka-run-class.sh kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qg -c "$dir/kafka.properties" >"$dir/broker.log" 2>&1 ||
    { tail -n 20 "$dir/broker.log" >&2; exit 1; }
  KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx1g} bin/kafka-run-class.sh kafka.Kafka "$dir/kafka.properties" >>"$dir/broker.log" 2>&1 &
  broker_pid=$!
  await_broker "$port" "$dir/broker.log"
}

stop_broker() {
  [ -n "$broker_pid" ] || return 0
  kill "$broker_pid" 2>/dev/null || true
  wait "$broker_pid" 2>/dev/null || true
  broker_pid=''
}
