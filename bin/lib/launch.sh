# SPDX-License-Identifier: Apache-2.0
# Shared by every script in bin/: finds Java, builds what is missing or stale, runs a main class. Sourced, never run.
# Environment, as Kafka's scripts have it: JAVA_HOME, KAFKA_HEAP_OPTS, KAFKA_JVM_PERFORMANCE_OPTS, KAFKA_OPTS, CLASSPATH, LOG_DIR, and for
# servers JMX_PORT and KAFKA_JMX_OPTS.
# Ours: VARVE_NO_BUILD=1 never builds; VARVE_BOOTSTRAP_SERVER is where the tools go when told only of a ZooKeeper.

VARVE_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
SERVER_TARGET=$VARVE_HOME/protocol-server/target
TOOLS_TARGET=$VARVE_HOME/bin/tools/target
CONNECT_TARGET=$VARVE_HOME/bin/connect/target
KIT_TARGET=$VARVE_HOME/bin/conformance/target
S3_TARGET=$VARVE_HOME/bin/s3/target
EXPERIMENTS_TARGET=$VARVE_HOME/experiments/target
MIN_JAVA=17

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# help_if_asked TEXT ARGUMENT...: prints the text and ends when the first argument asks for help.
help_if_asked() {
  case ${2:-} in
    -h | --help) printf '%s\n' "$1" && exit 0 ;;
  esac
}

# Sets JAVA (the command), JAVA_VERSION and JAVA_MAJOR, reading the JDK's release file: starting a JVM to ask would cost 50 ms.
find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    JAVA=$JAVA_HOME/bin/java
    [ -x "$JAVA" ] || die "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it: point it at a JDK $MIN_JAVA or newer."
  else
    JAVA=$(command -v java) || die "Java was not found: install a JDK $MIN_JAVA or newer and put it on the PATH, or set JAVA_HOME."
  fi
  local real home
  real=$(readlink -f "$JAVA" 2>/dev/null || printf '%s' "$JAVA")
  home=$(dirname "$(dirname "$real")")
  JAVA_VERSION=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$home/release" 2>/dev/null)
  [ -n "$JAVA_VERSION" ] || JAVA_VERSION=$("$JAVA" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
  JAVA_MAJOR=${JAVA_VERSION%%[.+-]*}
  [ "$JAVA_MAJOR" != 1 ] || JAVA_MAJOR=${JAVA_VERSION:2:1}
  case $JAVA_MAJOR in
    '' | *[!0-9]*) die "$JAVA did not say which version it is: Varve needs a JDK $MIN_JAVA or newer." ;;
  esac
  [ "$JAVA_MAJOR" -ge "$MIN_JAVA" ] || die "$JAVA is Java $JAVA_VERSION: Varve needs a JDK $MIN_JAVA or newer (set JAVA_HOME)."
}

# What native code needs: LMDB's buffers are JDK buffers that point into its map; and the newer JDKs warn of native and Unsafe access,
# Netty's and the codecs' too, without flags that older ones refuse.
native_flags() {
  printf '%s\n' --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  [ "$JAVA_MAJOR" -lt 24 ] || printf '%s\n' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
}

# is_stale STAMP PATH...: true when the stamp is missing or something under the paths is newer.
is_stale() {
  local stamp=$1
  shift
  [ -e "$stamp" ] || return 0
  [ -n "$(find "$@" -type f -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# Shows what a Maven run is at, one line a module, and how much it has fetched so far.
show_progress() {
  awk '
    /Downloaded from/ { fetched++; if (fetched % 50 == 0) { printf "  ... %d files fetched\n", fetched; fflush() } }
    /^\[INFO\] Building .*\[[0-9]+\/[0-9]+\]/ { sub(/^\[INFO\] Building /, "  "); gsub(/ +/, " "); print " " $0; fflush() }
  ' >&2
}

# build WHAT MODULE LOG [TESTS]: packages one module and what it depends on, without tests; one build at a time. TESTS is an option that
# says how tests are left out.
build() {
  local what=$1 module=$2 log=$3 tests=${4:--Dmaven.test.skip=true} lock=$VARVE_HOME/target/build.lock waited=0
  command -v mvn >/dev/null || die "$what has to be built first, but Maven was not found: install Maven 3.8 or newer and put mvn on the PATH."
  command -v "${JAVA%/java}/javac" >/dev/null || command -v javac >/dev/null ||
    die "$what has to be built first, but $JAVA belongs to a JRE: install a JDK $MIN_JAVA or newer."
  mkdir -p "$VARVE_HOME/target" "$(dirname "$log")"
  until mkdir "$lock" 2>/dev/null; do
    [ "$waited" -gt 0 ] || say "Another build is running; waiting for it ..."
    kill -0 "$(cat "$lock/pid" 2>/dev/null)" 2>/dev/null || [ "$waited" -lt 5 ] || rm -rf "$lock"
    waited=$((waited + 1))
    sleep 1
  done
  echo $$ >"$lock/pid"
  trap 'rm -rf "$lock"' EXIT
  say "Building $what (the first time fetches its libraries; a minute or two) ..."
  (cd "$VARVE_HOME" && mvn -B -pl "$module" -am package "$tests" -Dspotless.apply.skip=true \
    -Dspotless.check.skip=true -Denforcer.skip=true 2>&1) | tee "$log" | show_progress
  local status=${PIPESTATUS[0]}
  rm -rf "$lock"
  trap - EXIT
  if [ "$status" -ne 0 ]; then
    grep '^\[ERROR\]' "$log" | head -n 20 >&2
    die "The build failed; all of its output is in $log"
  fi
  say "Built."
}

# The backends' modules, by the names of their directories.
backends() { (cd "$VARVE_HOME" && printf '%s\n' backend-*) | grep -v '^backend-conformance$'; }

# sources MODULE...: their poms and main sources, and the root's pom.
sources() {
  local module
  printf '%s\n' "$VARVE_HOME/pom.xml"
  for module; do printf '%s\n' "$VARVE_HOME/$module/pom.xml" "$VARVE_HOME/$module/src/main"; done
}

# The newest file of the last build, Maven's or ours; nothing when there was none.
last_build() {
  [ -e "$SERVER_TARGET/varve-server.jar" ] || return 0
  ls -t "$SERVER_TARGET"/varve-server.jar "$SERVER_TARGET"/lib/{engine-core,backend,commands}-*.jar \
    "$SERVER_TARGET/built-by-script" 2>/dev/null | head -n 1
}

build_server_if_stale() {
  # shellcheck disable=SC2046 # a path a line
  (IFS=$'\n' && is_stale "$(last_build)" $(sources engine-core bin/backends $(backends) bin/commands protocol-server)) || return 0
  build "the server" protocol-server "$VARVE_HOME/target/build-server.log"
  touch "$SERVER_TARGET/built-by-script"
}

build_tools_if_stale() {
  local stamp=$TOOLS_TARGET/lib
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  is_stale "$stamp" "$VARVE_HOME/pom.xml" "$VARVE_HOME/bin/tools/pom.xml" || return 0
  rm -rf "$TOOLS_TARGET/lib"
  build "the command-line tools" bin/tools "$VARVE_HOME/target/build-tools.log"
  touch "$stamp"
}

build_connect_if_stale() {
  local stamp=$CONNECT_TARGET/lib
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  is_stale "$stamp" "$VARVE_HOME/pom.xml" "$VARVE_HOME/bin/connect/pom.xml" || return 0
  rm -rf "$CONNECT_TARGET/lib"
  build "Kafka Connect" bin/connect "$VARVE_HOME/target/build-connect.log"
  touch "$stamp"
}

build_kit_if_stale() {
  local stamp=$KIT_TARGET/lib
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  # shellcheck disable=SC2046 # a path a line
  (IFS=$'\n' && is_stale "$stamp" $(sources bin/conformance engine-core backend-conformance bin/s3 bin/backends $(backends)) \
    "$VARVE_HOME"/backend-*/src/test) || return 0
  rm -rf "$KIT_TARGET/lib"
  # What a backend's own tests bring along, such as a bucket, is among its test classes.
  build "the conformance kit" bin/conformance "$VARVE_HOME/target/build-conformance.log" -DskipTests
  touch "$stamp"
}

build_s3_if_stale() {
  local stamp=$S3_TARGET/lib
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  # shellcheck disable=SC2046 # a path a line
  (IFS=$'\n' && is_stale "$stamp" $(sources bin/s3)) || return 0
  rm -rf "$S3_TARGET/lib"
  build "the S3 server" bin/s3 "$VARVE_HOME/target/build-s3.log"
  touch "$stamp"
}

build_experiments_if_stale() {
  local stamp=$EXPERIMENTS_TARGET/lib
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  # shellcheck disable=SC2046 # a path a line
  (IFS=$'\n' && is_stale "$stamp" $(sources engine-core bin/backends $(backends) protocol-server experiments)) || return 0
  rm -rf "$EXPERIMENTS_TARGET/lib"
  build "the experiments" experiments "$VARVE_HOME/target/build-experiments.log"
  touch "$stamp"
}

# set_command HEAP FLAGS CLASS_PATH OPTION...: puts a JVM's command line, up to the main class, into COMMAND. HEAP and FLAGS
# count where the environment says nothing; KAFKA_OPTS comes after OPTION... and so is stronger.
set_command() {
  local heap=$1 flags=$2 class_path=$3
  shift 3
  # shellcheck disable=SC2207,SC2206 # options are words
  COMMAND=("$JAVA" ${KAFKA_HEAP_OPTS:-$heap} ${KAFKA_JVM_PERFORMANCE_OPTS:-$flags} $(native_flags)
    -Djava.awt.headless=true "$@" ${KAFKA_OPTS:-} -cp "$class_path${CLASSPATH:+:$CLASSPATH}")
}

# set_server_command OPTION...: the same for the server, up to its own arguments. Netty's search for leaked buffers, which takes a
# stack trace for one buffer in 128, is for tests.
set_server_command() {
  set_command "-Xms32m -Xmx512m" "-XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError" "$SERVER_TARGET/varve-server.jar" "$@" \
    -Xlog:disable "-Dvarve.home=$VARVE_HOME" "-Dlogback.configurationFile=$VARVE_HOME/config/logback.xml" \
    -Dio.netty.leakDetection.level=disabled \
    -Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider -Dslf4j.internal.verbosity=WARN \
    -Djavax.xml.parsers.SAXParserFactory=com.sun.org.apache.xerces.internal.jaxp.SAXParserFactoryImpl # both end searches of all jars
  COMMAND+=(io.varve.server.Main)
}

# Sets SERVER_ARCHIVE, the file with which the server starts faster, and the JVM's options that make and use it: an archive of loaded
# classes, from JDK 25 on an AOT cache, which has linked classes and profiles too. The JVM goes on without one that does not fit it.
set_archive() {
  if [ "$JAVA_MAJOR" -ge 25 ]; then
    SERVER_ARCHIVE=$SERVER_TARGET/server-$JAVA_VERSION.aot
    MAKE_ARCHIVE=-XX:AOTCacheOutput=$SERVER_ARCHIVE
    USE_ARCHIVE=-XX:AOTCache=$SERVER_ARCHIVE
  else
    SERVER_ARCHIVE=$SERVER_TARGET/classes-$JAVA_VERSION.jsa
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
# partitions and their creation are in it. Without an archive the server starts all the same.
make_archive() {
  local trial
  say "Preparing for fast starts ..."
  trial=$(mktemp -d)
  set_server_command
  rehearse "$trial" a KILL
  set_server_command "$MAKE_ARCHIVE"
  rehearse "$trial" b TERM
  rm -rf "$trial"
}

# Makes sure that there is a server to run.
prepare_server() {
  find_java
  set_archive
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  build_server_if_stale
  has_own_archive || [ "$SERVER_ARCHIVE" -nt "$(last_build)" ] || make_archive
}

# Prints the options by which a server's JVM can be asked on JMX_PORT (kafka-jmx.sh), if that is set: from this machine only, unless
# KAFKA_JMX_OPTS says otherwise.
jmx_options() {
  [ -n "${JMX_PORT:-}" ] || return 0
  local local_only="-Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote.host=127.0.0.1
    -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false"
  printf '%s\n' "-Dcom.sun.management.jmxremote.port=$JMX_PORT ${KAFKA_JMX_OPTS:-$local_only}"
}

# run_server ARGUMENT...: becomes the server, once it is prepared.
run_server() {
  # shellcheck disable=SC2046 # options are words
  if [ -e "$SERVER_ARCHIVE" ] && ! has_own_archive; then
    set_server_command "$USE_ARCHIVE" $(jmx_options)
  else
    set_server_command $(jmx_options)
  fi
  exec "${COMMAND[@]}" "$@"
}

# run_offline CLASS ARGUMENT...: becomes one of our own programs: on the data directories of a server that is not running, or a client.
run_offline() {
  find_java
  [ -n "${VARVE_NO_BUILD:-}" ] || build_server_if_stale
  set_command -Xmx512m -XX:+UseSerialGC "$SERVER_TARGET/varve-server.jar" "-Dvarve.home=$VARVE_HOME" \
    "-Dlogback.configurationFile=$VARVE_HOME/config/tools-logback.xml"
  exec "${COMMAND[@]}" "$@"
}

# run_tool CLASS ARGUMENT...: becomes one of Apache Kafka's tools.
run_tool() {
  find_java
  build_tools_if_stale
  set_command -Xmx256m "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" "$TOOLS_TARGET/lib/*" \
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
  build_connect_if_stale
  set_command "-Xms256m -Xmx2g" -XX:+UseSerialGC "$CONNECT_TARGET/lib/*" "-Dlogback.configurationFile=$VARVE_HOME/config/$log"
  [ -n "$daemon" ] || exec "${COMMAND[@]}" "$class" "$@"
  out=${LOG_DIR:-$VARVE_HOME/logs}/${class##*.}.out
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
  build_kit_if_stale
  set_command -Xmx512m -XX:+UseSerialGC "$KIT_TARGET/lib/*" "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_KIT_LOG:-off}"
  exec "${COMMAND[@]}" "$@"
}

# run_s3 CLASS ARGUMENT...: becomes a program of the S3 server.
run_s3() {
  find_java
  build_s3_if_stale
  set_command -Xmx256m "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" "$S3_TARGET/s3-server.jar:$S3_TARGET/lib/*" \
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_S3_LOG:-warn}"
  exec "${COMMAND[@]}" "$@"
}

# run_experiment CLASS ARGUMENT...: becomes a program of the experiments.
run_experiment() {
  find_java
  build_experiments_if_stale
  set_command -Xmx1g -XX:+UseSerialGC "$EXPERIMENTS_TARGET/classes:$EXPERIMENTS_TARGET/lib/*" \
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=${VARVE_EXPERIMENT_LOG:-warn}"
  exec "${COMMAND[@]}" "$@"
}
