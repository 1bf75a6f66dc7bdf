# SPDX-License-Identifier: Apache-2.0
# rdkafka: the integration tests of the Rust client on librdkafka, from crates.io. Builds librdkafka: needs cargo, make and a C compiler.

CRATE=rdkafka
CRATE_VERSION=0.36.2
SETTINGS=(num.partitions=3)

fetch_suite() {
  command -v cargo >/dev/null || { echo "cargo is not on the PATH: install Rust" >&2; exit 1; }
  [ ! -d "$work/source" ] || return 0
  # A crate that depends on it has cargo fetch its sources, tests included.
  mkdir -p "$work/fetch/src"
  : >"$work/fetch/src/lib.rs"
  printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "=%s"\n' \
    "$CRATE" "$CRATE_VERSION" >"$work/fetch/Cargo.toml"
  (cd "$work/fetch" && cargo vendor -q --versioned-dirs "$work/vendor" >/dev/null)
  cp -r "$work/vendor/$CRATE-$CRATE_VERSION" "$work/source"
  # The workspace of its origin is not in the crate.
  printf '\n[workspace]\n' >>"$work/source/Cargo.toml"
}

run_suite() {
  (cd "$work/source" && KAFKA_HOST=$1 KAFKA_VERSION=4.3.1 timeout 2400 cargo test --no-fail-fast --test '*' -- --test-threads=1) \
    >"$2/output" 2>&1 || true
  python3 compat/lib/rust-results.py <"$2/output" >"$2/results"
}
