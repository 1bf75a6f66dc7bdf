# SPDX-License-Identifier: Apache-2.0
"""Finds, starts and ends a server."""

import os
import re
import subprocess
import time
from pathlib import Path

from .create_topic import create_topic

SCRIPT = Path("bin") / "kafka-server-start.sh"
READY = re.compile(r" is ready on PLAINTEXT://127\.0\.0\.1:(\d+)")
# The first start builds the server, and may fetch its libraries.
START_S = 600
STOP_S = 20
SHOWN_LINES = 30

SETTINGS = {
    "listeners": "PLAINTEXT://127.0.0.1:0",
    "storage.backend": "memory",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
}


class VarveError(Exception):
    """Says why there is no server, and what to do."""


def find_home(given, places):
    """Returns the directory of Varve: the given one, that of VARVE_HOME, or the checkout that a place lies in."""
    named = [(given, "--varve-home or varve_home"), (os.environ.get("VARVE_HOME"), "VARVE_HOME")]
    for directory, source in named:
        if directory:
            home = Path(directory).expanduser().resolve()
            if not (home / SCRIPT).is_file():
                raise VarveError(f"{source} is {directory}, but there is no {SCRIPT} in it: name a checkout of Varve")
            return home
    for place in places:
        for directory in [place, *place.parents]:
            if (directory / SCRIPT).is_file() and (directory / "protocol-server").is_dir():
                return directory
    raise VarveError("Varve was not found: set VARVE_HOME to a checkout of it, or give --varve-home")


class Varve:
    """A running server, for tests to use."""

    def __init__(self, home, directory, overrides):
        self.home = home
        self._log = directory / "server.log"
        settings = {**SETTINGS, "log.dirs": str(directory / "data"), **overrides}
        command = [str(home / SCRIPT), str(home / "config" / "server.properties")]
        for key, value in settings.items():
            command += ["--override", f"{key}={value}"]
        with open(self._log, "wb") as log:
            try:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            except OSError as e:
                raise VarveError(f"{command[0]} cannot be run: {e}") from e
        try:
            self._port = self._await_port()
        except BaseException:
            self.stop()
            raise
        self.bootstrap_servers = f"127.0.0.1:{self._port}"

    def _await_port(self):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None
            ready = READY.search(self.log())
            if ready:
                return int(ready.group(1))
            if ended:
                raise VarveError(f"Varve did not start; it printed:\n{self._last_lines()}")
            time.sleep(0.02)
        raise VarveError(f"Varve was not ready after {START_S} s; it printed:\n{self._last_lines()}")

    def log(self):
        """What the server has printed so far."""
        return self._log.read_text(errors="replace")

    def _last_lines(self):
        return "\n".join(self.log().splitlines()[-SHOWN_LINES:]) or "nothing"

    def create_topic(self, name, partitions=1, config=None):
        """Creates a topic; returns when clients can use it."""
        create_topic("127.0.0.1", self._port, name, partitions, config or {})

    def stop(self):
        """Ends the server. Idempotent."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
