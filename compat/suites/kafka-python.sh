# SPDX-License-Identifier: Apache-2.0
# kafka-python: the integration tests of its source distribution, from PyPI.

VERSION=3.0.12
# The partitions are those of its own fixture; and a test gives groups a short time to form.
SETTINGS=(num.partitions=4 group.initial.rebalance.delay.ms=0)

fetch_suite() {
  if [ ! -d "$work/source" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install -q py pytest pytest-mock pytest-timeout "kafka-python[crc32c,lz4,snappy,zstd]==$VERSION"
    "$work/venv/bin/pip" download -q --no-deps --no-binary :all: "kafka-python==$VERSION" -d "$work"
    mkdir "$work/source"
    tar -xzf "$work"/kafka_python-*.tar.gz -C "$work/source" --strip-components 1
    touch "$work/source/test/__init__.py" # or it would be the test package of Python itself
    # The distribution lacks this module, whose other class starts brokers.
    cat >"$work/source/test/service.py" <<EOF
class ExternalService:
    def __init__(self, host, port):
        self.host, self.port = host, port

    def open(self):
        pass

    def close(self):
        pass


class SpawnedService:
    def __init__(self, *arguments):
        raise NotImplementedError("the broker runs already")
EOF
  fi
}

run_suite() {
  (cd "$work/source" && KAFKA_URI=kafka://$1 KAFKA_ROOT=$home KAFKA_VERSION=4.3.1 timeout 1800 \
    "$work/venv/bin/python" -m pytest -q -o log_level=WARNING --tb=short --assert=plain --timeout 120 --timeout-method signal \
    --junitxml "$2/junit.xml" test/integration >"$2/output" 2>&1) || true
  python3 compat/lib/junit-results.py "$2/junit.xml" >"$2/results"
}
