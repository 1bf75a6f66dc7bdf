#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What many partitions, connections and groups cost a broker: its memory, its open files, and its CPU while nothing happens.

  benchmarks/crowd.py [--varve DIR] [--numbers 1000,10000] [--kinds partitions,connections,groups] [--override KEY=VALUE]...

Each line is a fresh broker with an empty directory and its own heap settings (KAFKA_HEAP_OPTS counts). A partition is empty; with
"written", one record of 100 bytes was appended to each. A connection has asked for the topics once. A group has one committed offset and
no members. "each" is the growth of the resident memory by one of them, heap that is free included. The CPU while idle is taken over ten
seconds, twenty seconds later, when the JIT has compiled what was hot. Needs as many descriptors as connections (ulimit -n).
Environment: BENCH_DIR for the data (a temporary folder of /tmp's disk).
"""
import argparse
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from lib.free_port import free_port

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICK = os.sysconf("SC_CLK_TCK")
PRODUCE, METADATA, OFFSET_COMMIT, FIND_COORDINATOR, CREATE_TOPICS = 0, 3, 8, 10, 19
BATCH_OF_PARTITIONS = 1000
SETTLE_S = 20  # the JIT compiles what the creation has made hot
IDLE_S = 10
CRC32C = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    CRC32C.append(byte)


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


def record_batch(value):
    """A v2 batch with one record, without a key."""
    size = bytes([(len(value) << 1 & 127) | 128, len(value) << 1 >> 7])  # a zigzag varint of two bytes
    record = b"\0\0\0\1" + size + value + b"\0"
    length = bytes([(len(record) << 1 & 127) | 128, len(record) << 1 >> 7])
    now = int(time.time() * 1000)
    covered = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + length + record
    crc = 0xFFFFFFFF
    for b in covered:
        crc = CRC32C[(crc ^ b) & 255] ^ crc >> 8
    return struct.pack(">qiibI", 0, 9 + len(covered), -1, 2, crc ^ 0xFFFFFFFF) + covered


class Broker:
    def __init__(self, home, overrides):
        self.root = tempfile.mkdtemp(prefix="crowd.", dir=os.environ.get("BENCH_DIR"))
        self.port = free_port()
        settings = [f"listeners=PLAINTEXT://127.0.0.1:{self.port}", f"log.dirs={self.root}/data", *overrides]
        options = [word for setting in settings for word in ("--override", setting)]
        self.log = os.path.join(self.root, "server.out")
        with open(self.log, "w") as out:
            command = [home + "/bin/kafka-server-start.sh", home + "/config/server.properties", *options]
            self.process = subprocess.Popen(command, stdout=out, stderr=out)
        while "ready on" not in open(self.log).read():
            if self.process.poll() is not None:
                sys.exit("the broker has ended:\n" + open(self.log).read())
            time.sleep(0.05)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        connection.settimeout(300)
        return connection

    def end(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.root)

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK


def exact(connection, size):
    parts = []
    while size > 0:
        part = connection.recv(size)
        if not part:
            sys.exit("the broker has closed a connection")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def ask(connection, key, version, body):
    frame = struct.pack(">hhi", key, version, 1) + string("crowd") + body
    connection.sendall(struct.pack(">i", len(frame)) + frame)
    return exact(connection, struct.unpack(">i", exact(connection, 4))[0])[4:]


def require(error, what):
    if error != 0:
        sys.exit(f"{what} failed with error {error}")


def create_topic(connection, partitions):
    body = struct.pack(">i", 1) + string("crowd") + struct.pack(">ihii", partitions, 1, 0, 0) + struct.pack(">i?", 60000, False)
    answer = ask(connection, CREATE_TOPICS, 2, body)
    require(struct.unpack(">h", answer[15:17])[0], "creating the topic")  # after throttle time, count and name


def make_partitions(broker, number, written):
    with broker.connect() as connection:
        create_topic(connection, number)
        batch = record_batch(b"x" * 100)
        for first in range(0, number if written else 0, BATCH_OF_PARTITIONS):
            some = range(first, min(number, first + BATCH_OF_PARTITIONS))
            body = struct.pack(">hhi", -1, -1, 60000) + struct.pack(">i", 1) + string("crowd") + struct.pack(">i", len(some))
            body += b"".join(struct.pack(">ii", p, len(batch)) + batch for p in some)
            answer = ask(connection, PRODUCE, 3, body)
            for i in range(len(some)):  # 4 + 7 + 4 bytes before the partitions, 22 bytes each
                require(struct.unpack(">h", answer[15 + 22 * i + 4:15 + 22 * i + 6])[0], "producing")
    return []


def make_connections(broker, number):
    """Each asks at once: connections that nobody has accepted yet fill the backlog, and the next try then costs a second or more."""
    connections = []
    for _ in range(number):
        connections.append(broker.connect())
        ask(connections[-1], METADATA, 1, struct.pack(">i", 0))
    return connections


def make_groups(broker, number):
    with broker.connect() as connection:
        create_topic(connection, 1)
        deadline = time.monotonic() + 60
        while struct.unpack(">h", ask(connection, FIND_COORDINATOR, 1, string("g-0") + b"\0")[4:6])[0] != 0:
            if time.monotonic() > deadline:
                sys.exit("no coordinator")
            time.sleep(0.1)
        for i in range(number):
            group = string(f"g-{i}") + struct.pack(">i", -1) + string("") + struct.pack(">q", -1)
            body = group + struct.pack(">i", 1) + string("crowd") + struct.pack(">iiq", 1, 0, 0) + struct.pack(">h", -1)
            while True:
                error = struct.unpack(">h", ask(connection, OFFSET_COMMIT, 2, body)[-2:])[0]
                if error not in (14, 15, 16) or time.monotonic() > deadline:  # its coordinator still loads
                    break
                time.sleep(0.1)
            require(error, "committing an offset")
    return []


KINDS = {
    "partitions": [("partitions, empty", lambda b, n: make_partitions(b, n, False)),
                   ("partitions, written", lambda b, n: make_partitions(b, n, True))],
    "connections": [("connections", make_connections)],
    "groups": [("groups", make_groups)],
}


def measure(options, name, make, number):
    broker = Broker(options.varve, options.override)
    try:
        before, files = broker.rss(), broker.files()
        kept = make(broker, number)
        time.sleep(SETTLE_S)
        cpu = broker.cpu()
        time.sleep(IDLE_S)
        idle = (broker.cpu() - cpu) / IDLE_S
        after = broker.rss()
        print(f"| {number:,} {name} | {before / 2**20:.0f} | {after / 2**20:.0f} | {(after - before) / number / 1024:.1f} | "
              f"{broker.files() - files:,} | {100 * idle:.1f} |", flush=True)
        for connection in kept:
            connection.close()
    finally:
        broker.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--varve", default=HOME)
    parser.add_argument("--numbers", default="1000,10000")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--override", action="append", default=[])
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends the broker, too
    print("| what | RSS before, MiB | RSS after, MiB | each, KiB | more open files | idle, % of a core |\n|---|---:|---:|---:|---:|---:|")
    for kind in options.kinds.split(","):
        for name, make in KINDS[kind]:
            for number in options.numbers.split(","):
                measure(options, name, make, int(number))


if __name__ == "__main__":
    main()
