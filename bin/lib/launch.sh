# SPDX-License-Identifier: Apache-2.0
# Shared by every script in bin/: finds Java and the program, runs a main class. Sourced, never run.
# Environment, as Kafka's scripts have it: JAVA_HOME, KAFKA_HEAP_OPTS, KAFKA_JVM_PERFORMANCE_OPTS, KAFKA_OPTS, CLASSPATH, LOG_DIR, and for
# servers JMX_PORT and KAFKA_JMX_OPTS.
# Ours: VARVE_STATE is the directory of what is written; VARVE_NO_BUILD=1 never builds; VARVE_BOOTSTRAP_SERVER is where the tools go when
# told only of a ZooKeeper.

# Each start of a server and of a tool runs through this file: it starts no process where the shell has a word for it, as each costs a
# start 1 to 2 ms.
VARVE_HOME=$(CDPATH='' cd -P -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
MIN_JAVA=17

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# usage ARGUMENTS: says what the script wants where Kafka's scripts do, which is not where errors go, and ends.
usage() { printf 'USAGE: %s %s\n' "$0" "$*"; exit 1; }

# help_if_asked TEXT ARGUMENT...: prints the text and ends when the first argument asks for help.
help_if_asked() {
  case ${2:-} in
    -h | --help) printf '%s\n' "$1" && exit 0 ;;
  esac
}

# read_release JAVA: sets JAVA_VERSION to what the release file says that belongs to the command; to nothing without such a file.
read_release() {
  local real=$1 line
  [ ! -L "$real" ] || real=$(readlink -f "$1" 2>/dev/null) || real=$1
  JAVA_VERSION=
  [ -r "${real%/*/*}/release" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      'JAVA_VERSION="'*'"') JAVA_VERSION=${line#*\"} && JAVA_VERSION=${JAVA_VERSION%\"} ;;
    esac
  done <"${real%/*/*}/release"
}

# Sets JAVA (the command), JAVA_VERSION, JAVA_MAJOR and NATIVE_FLAGS, reading the runtime's release file: starting a JVM to ask would cost
# 50 ms. An installation that brings its own runtime uses no other.
find_java() {
  if [ -x "$VARVE_HOME/runtime/bin/java" ]; then
    JAVA=$VARVE_HOME/runtime/bin/java
  elif [ -n "${JAVA_HOME:-}" ]; then
    JAVA=$JAVA_HOME/bin/java
    [ -x "$JAVA" ] || die "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it: point it at Java $MIN_JAVA or newer."
  else
    hash java 2>/dev/null || die "Java was not found: install Java $MIN_JAVA or newer and put it on the PATH, or set JAVA_HOME."
    if [ "${BASH_VERSINFO[0]}" -ge 4 ]; then JAVA=${BASH_CMDS[java]}; else JAVA=$(command -v java); fi
  fi
  read_release "$JAVA"
  [ -n "$JAVA_VERSION" ] || JAVA_VERSION=$("$JAVA" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
  JAVA_MAJOR=${JAVA_VERSION%%[.+-]*}
  [ "$JAVA_MAJOR" != 1 ] || JAVA_MAJOR=${JAVA_VERSION:2:1}
  case $JAVA_MAJOR in
    '' | *[!0-9]*) die "$JAVA did not say which version it is: Varve needs Java $MIN_JAVA or newer." ;;
  esac
  [ "$JAVA_MAJOR" -ge "$MIN_JAVA" ] || die "$JAVA is Java $JAVA_VERSION: Varve needs Java $MIN_JAVA or newer (set JAVA_HOME)."
  set_native_flags
}

# Sets NATIVE_FLAGS to what native code needs: LMDB's buffers are JDK buffers that point into its map; and the newer JDKs warn of native
# and Unsafe access, Netty's and the codecs' too, without flags that older ones refuse.
set_native_flags() {
  NATIVE_FLAGS=(--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED)
  [ "$JAVA_MAJOR" -lt 24 ] || NATIVE_FLAGS+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
  # A release that nobody has tried yet may have done away with these flags, and would not start.
  [ "$JAVA_MAJOR" -lt 28 ] || NATIVE_FLAGS+=(-XX:+IgnoreUnrecognizedVMOptions)
}

# An installation has its programs in libs/, a checkout where Maven has built them. CACHE is where a server's archive of classes is kept.
if [ -d "$VARVE_HOME/libs" ]; then
  CACHE=$VARVE_HOME/cache
  [ -d "$CACHE" ] || [ -w "$VARVE_HOME" ] || CACHE=${VARVE_STATE:-$VARVE_HOME}/cache

  # prepare_program NAME: sets PROGRAM to the jar of a program, which names its class path.
  prepare_program() {
    PROGRAM=$VARVE_HOME/libs/varve-$1.jar
    [ -e "$PROGRAM" ] || die "$PROGRAM is missing: unpack the archive of Varve again."
  }
else
  . "$VARVE_HOME/bin/lib/build.sh"
fi

# Sets STATE, the directory of what is written unless a setting says where: relative log.dirs, and logs/. It is VARVE_STATE; without that
# it is VARVE_HOME, or the working directory of a user who cannot write there.
find_state() {
  STATE=${VARVE_STATE:-$VARVE_HOME}
  [ -n "${VARVE_STATE:-}" ] || [ -w "$VARVE_HOME" ] || STATE=$PWD
  case $STATE in
    /*) ;;
    *) STATE=$PWD/$STATE ;;
  esac
}

# set_command HEAP FLAGS CLASS_PATH OPTION...: puts a JVM's command line, up to the main class, into COMMAND. HEAP and FLAGS
# count where the environment says nothing; KAFKA_OPTS comes after OPTION... and so is stronger.
set_command() {
  local heap=$1 flags=$2 class_path=$3
  shift 3
  # shellcheck disable=SC2206 # options are words
  COMMAND=("$JAVA" ${KAFKA_HEAP_OPTS:-$heap} ${KAFKA_JVM_PERFORMANCE_OPTS:-$flags} "${NATIVE_FLAGS[@]}"
    -Djava.awt.headless=true "$@" ${KAFKA_OPTS:-} -cp "$class_path${CLASSPATH:+:$CLASSPATH}")
}

# set_server_command OPTION...: the same for the server, up to its own arguments. Archives of classes are mapped at the address for which
# they were made (ArchiveRelocationMode): at another one, the usual, each start rewrites all of them before main runs. Netty's search for
# leaked buffers, which takes a stack trace for one buffer in 128, is for tests. Its events for Flight Recorder load a hundred classes with
# the first buffer, whether anybody records or not. Its default allocator serves HTTP only: the plain one needs no set-up. Its ids of
# connections are shown nowhere: that of the process is asked of the JDK otherwise, that of the machine of all network interfaces. The
# young generation is a sixth of the heap, not a third: all of it becomes resident, and few objects are made for a request.
set_server_command() {
  set_command "-Xms32m -Xmx512m" "-XX:+UseSerialGC -XX:NewRatio=5 -XX:+ExitOnOutOfMemoryError" "$PROGRAM" "$@" \
    -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 \
    -XX:CompileThresholdScaling=4 "-XX:CompileCommandFile=$VARVE_HOME/bin/lib/compiler-commands" \
    -Xlog:disable "-Dvarve.home=$VARVE_HOME" "-Dvarve.state=$STATE" "-Dlogback.configurationFile=$VARVE_HOME/config/logback.xml" \
    -Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false -Dio.netty.allocator.type=unpooled \
    -Dio.netty.processId=1 -Dio.netty.machineId=00:00:00:00:00:01 \
    -Dslf4j.provider=io.varve.server.logging.ServerLogging -Dslf4j.internal.verbosity=WARN \
    -Djavax.xml.parsers.SAXParserFactory=com.sun.org.apache.xerces.internal.jaxp.SAXParserFactoryImpl # both end searches of all jars
  COMMAND+=(io.varve.server.Main)
}

# Sets SERVER_ARCHIVE, the file with which the server starts faster, and the JVM's options that make and use it: an archive of loaded
# classes, from JDK 25 on an AOT cache, which has linked classes and profiles too. The JVM goes on without one that does not fit it.
set_archive() {
  if [ "$JAVA_MAJOR" -ge 25 ]; then
    SERVER_ARCHIVE=$CACHE/server-$JAVA_VERSION.aot
    MAKE_ARCHIVE=-XX:AOTCacheOutput=$SERVER_ARCHIVE
    USE_ARCHIVE=-XX:AOTCache=$SERVER_ARCHIVE
  else
    SERVER_ARCHIVE=$CACHE/classes-$JAVA_VERSION.jsa
    MAKE_ARCHIVE=-XX:ArchiveClassesAtExit=$SERVER_ARCHIVE
    USE_ARCHIVE=-XX:SharedArchiveFile=$SERVER_ARCHIVE
  fi
}

# True when the environment has options about archives: the JVM refuses to start with some of them and ours together.
has_own_archive() {
  case "${KAFKA_HEAP_OPTS:-}${KAFKA_JVM_PERFORMANCE_OPTS:-}${KAFKA_OPTS:-}${JAVA_TOOL_OPTIONS:-}${JDK_JAVA_OPTIONS:-}${_JAVA_OPTIONS:-}" in
    *-Xshare* | *Archive* | *:AOT* | *:?AOT* | *LoadedClassList*) return 0 ;;
  esac
  return 1
}

# ask PORT CHARACTERS FORMAT ARGUMENT...: sends bytes to a server on a connection of their own, and reads that many that are not zero.
ask() {
  local port=$1 characters=$2
  shift 2
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return
  # shellcheck disable=SC2059 # the bytes are escapes of the format
  printf "$@" >&3
  read -r -t 5 -N "$characters" <&3
  exec 3>&-
}

# visit PORT TOPIC: asks a server for its topics as a client does that has just connected, and has it create a topic, whose name is one
# character. The requests are ApiVersions 0 with Metadata 1, and CreateTopics 2 with 64 partitions.
visit() {
  ask "$1" 64 '\0\0\0\012\0\022\0\0\0\0\0\1\0\0\0\0\0\016\0\3\0\1\0\0\0\2\0\0\0\0\0\0'
  ask "$1" 1 '\0\0\0\044\0\023\0\2\0\0\0\3\377\377\0\0\0\1\0\1%s\0\0\0\100\0\1\0\0\0\0\0\0\0\0\0\0\352\140\0' "$2"
}

# rehearse DIR TOPIC SIGNAL: runs COMMAND as a server on files in a directory, visits it, and ends it.
rehearse() {
  local dir=$1 topic=$2 signal=$3 out=$1/out-$2 pid port='' # a file of each run: an earlier one's has that server's port
  "${COMMAND[@]}" "$VARVE_HOME/config/server.properties" --override storage.backend=file --override log.dirs="$dir/data" \
    --override listeners=PLAINTEXT://127.0.0.1:0 >"$out" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null && [ -z "$port" ]; do
    port=$(sed -n 's/.* is ready on PLAINTEXT:..127\.0\.0\.1:\([0-9]*\).*/\1/p' "$out" 2>/dev/null)
    sleep 0.1
  done
  [ -z "$port" ] || visit "$port" "$topic" 2>/dev/null || :
  kill -s "$signal" "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

# Makes the server's archive by a run in a directory that an earlier run has left as a crash does: so that recovery, the opening of
# partitions and their creation are in it. Without an archive the server starts all the same. Both runs log to the console, whatever the
# server is to do: a line there says on which port they listen. As that is set, they read the log's file as they do a changed one, and the
# classes that read it are in the archive.
make_archive() {
  local trial
  mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] || return 0
  say "Preparing for fast starts (once, some seconds to a minute) ..."
  trial=$(mktemp -d)
  set_server_command
  VARVE_LOG=console VARVE_LOG_FORMAT=text rehearse "$trial" a KILL
  set_server_command "$MAKE_ARCHIVE"
  VARVE_LOG=console VARVE_LOG_FORMAT=text rehearse "$trial" b TERM
  rm -rf "$trial"
}

# True when there is no archive, or the server is newer. An installation's jars have the time of their release: what counts is when they
# came here.
is_archive_stale() {
  [ -e "$SERVER_ARCHIVE" ] || return 0
  [ -n "$(find "$PROGRAM" "${PROGRAM%/*}/lib" -type f -cnewer "$SERVER_ARCHIVE" 2>/dev/null)" ]
}

# Makes sure that there is a server to run.
# Whoever asks with its first ARGUMENT for help or the version does not wait for a fast start.
prepare_server() {
  find_java
  find_state
  prepare_program server
  set_archive
  case ${1:-} in
    -h | --help | -V | --version) ;;
    *) [ -n "${VARVE_NO_BUILD:-}" ] || prepare_archive ;;
  esac
}

# Makes the archive of a prepared server unless there is a fresh one.
prepare_archive() { has_own_archive || ! is_archive_stale || make_archive; }

# Sets JMX_OPTIONS to those by which a server's JVM can be asked on JMX_PORT (kafka-jmx.sh), if that is set: from this machine only, unless
# KAFKA_JMX_OPTS says otherwise.
set_jmx_options() {
  JMX_OPTIONS=()
  [ -n "${JMX_PORT:-}" ] || return 0
  local local_only="-Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote.host=127.0.0.1
    -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false"
  # shellcheck disable=SC2206 # options are words
  JMX_OPTIONS=("-Dcom.sun.management.jmxremote.port=$JMX_PORT" ${KAFKA_JMX_OPTS:-$local_only})
}

# run_server ARGUMENT...: becomes the server, once it is prepared.
run_server() {
  local archive=()
  [ ! -e "$SERVER_ARCHIVE" ] || has_own_archive || archive=("$USE_ARCHIVE")
  set_jmx_options
  set_server_command ${archive[@]+"${archive[@]}"} ${JMX_OPTIONS[@]+"${JMX_OPTIONS[@]}"} # bash 3 takes an empty array for unset
  exec "${COMMAND[@]}" "$@"
}

# run_offline CLASS ARGUMENT...: becomes one of our own programs: on the data directories of a server that is not running, or a client.
run_offline() {
  find_java
  find_state
  prepare_program server
  set_command -Xmx512m -XX:+UseSerialGC "$PROGRAM" "-Dvarve.home=$VARVE_HOME" "-Dvarve.state=$STATE" \
    "-Dlogback.configurationFile=$VARVE_HOME/config/tools-logback.xml"
  exec "${COMMAND[@]}" "$@"
}

# run_tool CLASS ARGUMENT...: becomes one of Apache Kafka's tools.
run_tool() {
  find_java
  prepare_program tools
  set_command -Xmx256m "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" "$PROGRAM" \
    "-Dlogback.configurationFile=$VARVE_HOME/config/tools-logback.xml"
  exec "${COMMAND[@]}" "$@"
}

# run_connect LOG_CONFIG CLASS ARGUMENT...: becomes a program of Kafka Connect; or, when the first argument is -daemon, starts one in
# the background. LOG_CONFIG is a file in config/.
run_connect() {
  local log=$1 class=$2 daemon='' out
  shift 2
  if [ "${1:-}" = -daemon ]; then
    daemon=1
    shift
  fi
  find_java
  find_state
  prepare_program connect
  set_command "-Xms256m -Xmx2g" -XX:+UseSerialGC "$PROGRAM" "-Dlogback.configurationFile=$VARVE_HOME/config/$log"
  [ -n "$daemon" ] || exec "${COMMAND[@]}" "$class" "$@"
  out=${LOG_DIR:-$STATE/logs}/${class##*.}.out
  mkdir -p "$(dirname "$out")" || exit 1
  nohup "${COMMAND[@]}" "$class" "$@" >"$out" 2>&1 </dev/null &
  say "Starting in the background as process $!; it logs to $out"
}

# What the measuring tools run with, as Kafka's scripts have it.
use_measuring_jvm() {
  export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx512m}" KAFKA_JVM_PERFORMANCE_OPTS="${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseParallelGC}"
}

# run_tool_with_old_options CLASS ARGUMENT...: as run_tool, taking options that old tutorials still give.
run_tool_with_old_options() {
  local class=$1 server=${VARVE_BOOTSTRAP_SERVER:-localhost:9092} arguments=() named='' zookeeper=''
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --zookeeper) zookeeper=1 && shift ;;
      --zookeeper=*) zookeeper=1 ;;
      --broker-list) arguments+=(--bootstrap-server) && named=1 ;;
      --broker-list=*) arguments+=("--bootstrap-server=${1#*=}") && named=1 ;;
      --bootstrap-server | --bootstrap-server=*) arguments+=("$1") && named=1 ;;
      *) arguments+=("$1") ;;
    esac
    [ $# -eq 0 ] || shift
  done
  if [ -n "$zookeeper" ] && [ -n "$named" ]; then
    say "WARNING: --zookeeper is obsolete, there is no ZooKeeper here: ignoring it."
  elif [ -n "$zookeeper" ]; then
    say "WARNING: --zookeeper is obsolete, there is no ZooKeeper here: asking the server at $server (--bootstrap-server)."
    arguments+=(--bootstrap-server "$server")
  fi
  run_tool "$class" ${arguments[@]+"${arguments[@]}"}
}

# run_conformance CLASS ARGUMENT...: becomes a program of the conformance kit.
run_conformance() {
  find_java
  prepare_program conformance
  set_command -Xmx512m -XX:+UseSerialGC "$PROGRAM" "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_KIT_LOG:-off}"
  exec "${COMMAND[@]}" "$@"
}

# run_s3 CLASS ARGUMENT...: becomes a program of the S3 server.
run_s3() {
  find_java
  prepare_program s3
  set_command -Xmx256m "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" "$PROGRAM" \
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_S3_LOG:-warn}"
  exec "${COMMAND[@]}" "$@"
}

# run_experiment CLASS ARGUMENT...: becomes a program of the experiments.
run_experiment() {
  find_java
  prepare_program experiments
  set_command -Xmx1g -XX:+UseSerialGC "$PROGRAM" \
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_EXPERIMENT_LOG:-warn}"
  exec "${COMMAND[@]}" "$@"
}
