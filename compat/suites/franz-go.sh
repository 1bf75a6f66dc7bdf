# SPDX-License-Identifier: Apache-2.0
# franz-go: the tests of its client (kgo) and its admin client (kadm), from Go's module proxy. KGO_TEST_RECORDS says how many
# records each of its long tests moves; a loaded machine wants fewer.

CLIENT=github.com/twmb/franz-go@v1.22.3
ADMIN=github.com/twmb/franz-go/pkg/kadm@v1.20.0

# module MODULE DIR: a copy of a module, for Go's cache is read-only.
module() {
  [ ! -e "$2/go.mod" ] || return 0
  local source
  source=$(go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  mkdir -p "$2"
  cp -r "$source/." "$2"
  chmod -R u+w "$2"
}

fetch_suite() {
  command -v go >/dev/null || { echo "go is not on the PATH: install Go 1.25 or newer" >&2; exit 1; }
  module "$CLIENT" "$work/client"
  module "$ADMIN" "$work/admin"
}

run_suite() {
  local module
  export KGO_SEEDS=$1 KGO_TEST_RF=1 KGO_TEST_RECORDS=${KGO_TEST_RECORDS:-30000}
  for module in client/pkg/kgo admin; do
    (cd "$work/$module" && go test -mod=mod -json -count=1 -timeout 40m ./... 2>>"$2/errors") || true
  done | tee "$2/output" | python3 compat/lib/go-results.py >"$2/results"
}
