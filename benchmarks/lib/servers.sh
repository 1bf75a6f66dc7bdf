# SPDX-License-Identifier: Apache-2.0
# What the measurements of whole servers share. Sourced, never run.

free_port() { python3 "$(dirname "${BASH_SOURCE[0]}")/free_port.py"; }

# await PID FILE TEXT: returns when a process has written a text to a file; ends the script if the process ends before.
await() {
  until grep -qs "$3" "$2"; do
    kill -0 "$1" 2>/dev/null || { cat "$2" >&2; exit 1; }
    sleep 0.02
  done
}

# start_broker HOME WORK CONFIG OPTION...: starts a broker with a file of config/ and options of its own. Sets server, its process, and port.
start_broker() {
  local home=$1 work=$2 config=$3
  shift 3
  port=$(free_port)
  "$home/bin/kafka-server-start.sh" "$home/config/$config" --override "log.dirs=$work/data" \
    --override "listeners=PLAINTEXT://127.0.0.1:$port" "$@" >"$work/server.out" 2>&1 &
  server=$!
  await "$server" "$work/server.out" "ready on"
}

# start_bucket HOME WORK: starts an S3 server. Sets bucket, its process, and s3_port.
start_bucket() {
  local home=$1 work=$2
  s3_port=$(free_port)
  # With all of the JIT: what a bucket takes of the cores would be the server's elsewhere.
  KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC "$home/bin/varve-s3.sh" --port "$s3_port" --dir "$work/s3" --bucket varve >"$work/s3.out" 2>&1 &
  bucket=$!
  await "$bucket" "$work/s3.out" "127.0.0.1:$s3_port"
}

# start_tiered HOME WORK HOT OPTION...: starts a broker in front of that bucket, with a hot backend and options of its own, as start_broker does.
start_tiered() {
  local home=$1 work=$2 hot=$3
  shift 3
  start_broker "$home" "$work" server-s3.properties --override "s3.endpoint=http://127.0.0.1:$s3_port" \
    --override "s3.hot.backend=$hot" "$@"
}
