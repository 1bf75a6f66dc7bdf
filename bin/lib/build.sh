# SPDX-License-Identifier: Apache-2.0
# Sourced by launch.sh in a checkout: builds what is missing or stale. An installation has no such file.

CACHE=$VARVE_HOME/protocol-server/target

# is_stale STAMP PATH...: true when the stamp is missing or something under the paths is newer.
is_stale() {
  local stamp=$1
  shift
  [ -e "$stamp" ] || return 0
  [ -n "$(find "$@" -type f -newer "$stamp" 2>/dev/null)" ]
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

# Sets BACKENDS to the backends' modules, by the names of their directories.
find_backends() {
  local directory
  BACKENDS=()
  for directory in "$VARVE_HOME"/backend-*; do
    [ "${directory##*/}" = backend-conformance ] || BACKENDS+=("${directory##*/}")
  done
}

# find_sources MODULE...: sets SOURCES to their poms and main sources, and the root's pom.
find_sources() {
  local module
  SOURCES=("$VARVE_HOME/pom.xml")
  for module; do SOURCES+=("$VARVE_HOME/$module/pom.xml" "$VARVE_HOME/$module/src/main"); done
}

# describe_program NAME: sets WHAT a program is called, its MODULE, the modules of this tree that are in it, and how its tests are left out.
describe_program() {
  TESTS=-Dmaven.test.skip=true
  find_backends
  case $1 in
    server) WHAT="the server" MODULE=protocol-server PARTS=(engine-core bin/backends "${BACKENDS[@]}" bin/commands) ;;
    tools) WHAT="the command-line tools" MODULE=bin/tools PARTS=() ;;
    connect) WHAT="Kafka Connect" MODULE=bin/connect PARTS=() ;;
    s3) WHAT="the S3 server" MODULE=bin/s3 PARTS=() ;;
    experiments) WHAT="the experiments" MODULE=experiments PARTS=(engine-core bin/backends "${BACKENDS[@]}" protocol-server) ;;
    conformance)
      # What a backend's own tests bring along, such as a bucket, is among its test classes.
      WHAT="the conformance kit" MODULE=bin/conformance TESTS=-DskipTests
      PARTS=(engine-core backend-conformance bin/s3 bin/backends "${BACKENDS[@]}")
      ;;
  esac
}

# find_last_build NAME: sets LAST_BUILD to the newest file of a program's last build, Maven's or ours; to nothing when there was none.
find_last_build() {
  local target=$VARVE_HOME/$MODULE/target file
  LAST_BUILD=
  [ -e "$target/varve-$1.jar" ] || return 0
  for file in "$target/varve-$1.jar" "$target"/lib/*.jar "$target/built-by-script"; do
    [ ! "$file" -nt "$LAST_BUILD" ] || LAST_BUILD=$file
  done
}

# prepare_program NAME: sets PROGRAM to the jar of a program, which names its class path; builds it first when that must be.
prepare_program() {
  local target log=$VARVE_HOME/target/build-$1.log
  describe_program "$1"
  target=$VARVE_HOME/$MODULE/target
  PROGRAM=$target/varve-$1.jar
  [ -z "${VARVE_NO_BUILD:-}" ] || return 0
  find_last_build "$1"
  find_sources "$MODULE" ${PARTS[@]+"${PARTS[@]}"}
  is_stale "$LAST_BUILD" "${SOURCES[@]}" || return 0
  build "$WHAT" "$MODULE" "$log" "$TESTS"
  touch "$target/built-by-script"
}
