#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same work on two brokers in turn, in one sitting: Varve and Apache Kafka, or two checkouts of Varve. Prints medians and ratios.

  benchmarks/compare.py [--peer kafka|floor|floor-behind|floor-unsynced|DIR|none,...] [--varve DIR] [--work NAME,...] [--rounds N] [--scale F] [--count]
                        [--override KEY=VALUE]... [--peer-override KEY=VALUE]...

--peer: what Varve is measured beside (kafka), one or several; DIR is another checkout, such as the one before a change; "floor" is
Floor.java, the least that a server in Java does for a producer, on the disk, "floor-behind" with logs written by 1 MiB behind its ring, or
"floor-unsynced": only for works that produce. --varve: the checkout to measure (this one). --work: some of the works below (all). --scale: all numbers of records times F. --override: a setting of Varve,
--peer-override: one of the peer. Every round gives each side a fresh server with an empty directory and the heap of its own start
script, or that of KAFKA_HEAP_OPTS; the sides take turns in going first. Kafka does not sync unless the work says so; Varve does.

Figures: CPU s/GB is the broker's own, per 1e9 bytes of values, without its JIT compilers, which "jit" gives: they are the same for a long
run and a short one. "writes/GB" counts the broker's write system calls (pwrite, write, writev, eventfd, sendfile) as /proc/PID/io does. --count
adds "forces/GB" and "calls/GB", forces and all system calls, by perf's tracepoints: needs perf and root, and costs both sides some CPU.
A commit to Varve's ring (file.ring.bytes) waits for the disk in a write, which counts as a write and not as a force.
Producers warm the JVMs with half as many records first, where no count is taken. Environment: BENCH_DIR for the data (a temporary folder of /tmp's disk).

Works: startup, produce-1k-acks1, produce-1k-all, produce-1k-synced (Kafka forces every batch, too), produce-100b-all, produce-lz4-8p,
paced (2,000 records/s), paced-synced (Kafka forces every batch, too), paced-unsynced (Varve does not sync either: log.durability=async),
each of the three as paced-steady..., without the first third of the records (Latency.java; linger.ms=0); consume-1k, share-consume-1k (one member, four
partitions), e2e, e2e-steady, e2e-steady-unsynced, partitions (1,000 of them), crash (kill -9 with 4 GB in four partitions).
What safety and gauges cost: produce-1k-tls, consume-1k-tls (over TLS), produce-1k-quota (with a quota that nobody reaches), produce-1k-scraped
(Varve's metrics are read every second; a Kafka's are not), each beside produce-1k-all or consume-1k of the same sitting.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from lib.free_port import free_port

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEAP = os.environ.get("KAFKA_HEAP_OPTS", "-Xms1g -Xmx1g").split()  # the default is that of Kafka's start script
# Compiler threads that end would take their CPU time out of sight.
STEADY_JIT = "-XX:-UseDynamicNumberOfCompilerThreads"
TICK = os.sysconf("SC_CLK_TCK")
FORCES = ["syscalls:sys_enter_fdatasync", "syscalls:sys_enter_fsync"]
ALL_CALLS = "raw_syscalls:sys_enter"


def cpu_ticks(path):
    """The name of a process or thread, and its time on a core in user and kernel mode."""
    with open(path) as f:
        head, tail = f.read().rsplit(")", 1)
    fields = tail.split()
    return head.split("(", 1)[1], int(fields[11]) + int(fields[12])


def tool(name, *arguments):
    """Runs one of Apache's tools, by the name of its class, or a client of this directory, by the name of its file."""
    main = os.path.join(HOME, "benchmarks", name) if name.endswith(".java") else name if "." in name else f"org.apache.kafka.tools.{name}"
    run = subprocess.run(["java", "-Xmx512m", "-XX:+UseParallelGC", f"-Dlogback.configurationFile={HOME}/config/tools-logback.xml",
                          "-cp", f"{HOME}/bin/tools/target/varve-tools.jar", main, *map(str, arguments)],
                         capture_output=True, text=True, timeout=900)
    if run.returncode != 0:
        raise RuntimeError(f"{name}: {run.stdout[-1000:]}{run.stderr[-1000:]}")
    return run.stdout


class Broker:
    def __init__(self, name, root, overrides):
        self.name, self.root, self.overrides = name, root, overrides
        self.port, self.process = free_port(), None
        self.tls_port = None

    def use_tls(self):
        """Adds a listener of TLS, and the client's settings for it."""
        self.tls_port, store = free_port(), os.path.join(self.root, "tls.p12")
        subprocess.run(["keytool", "-genkeypair", "-keystore", store, "-storetype", "PKCS12", "-storepass", "secret", "-alias", "broker", "-keyalg",
                        "EC", "-dname", "CN=localhost", "-ext", "SAN=ip:127.0.0.1"], check=True, capture_output=True)
        self.overrides = self.overrides | {"ssl.keystore.location": store, "ssl.keystore.password": "secret", "ssl.keystore.type": "PKCS12"}
        self.client = {"bootstrap.servers": f"127.0.0.1:{self.tls_port}", "security.protocol": "SSL", "ssl.truststore.location": store,
                       "ssl.truststore.password": "secret", "ssl.truststore.type": "PKCS12"}

    def listeners(self):
        return f"PLAINTEXT://{self.address}" + (f",SSL://127.0.0.1:{self.tls_port}" if self.tls_port else "")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def pid(self):
        return self.process.pid  # the start scripts become the JVM

    def start(self):
        begun = time.monotonic()
        with open(os.path.join(self.root, "server.log"), "a") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env=self.environment())
        self.await_metadata()
        return time.monotonic() - begun

    def await_metadata(self):
        """Returns when a Metadata request (version 1, all topics) is answered with a broker in it."""
        body = struct.pack(">hhih4s", 3, 1, 7, 4, b"test") + struct.pack(">i", 0)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"{self.name} has ended:\n" + open(os.path.join(self.root, "server.log")).read()[-2000:])
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5) as s:
                    s.settimeout(2)
                    s.sendall(struct.pack(">i", len(body)) + body)
                    size = struct.unpack(">i", s.recv(4, socket.MSG_WAITALL))[0]
                    if struct.unpack(">i", s.recv(size, socket.MSG_WAITALL)[4:8])[0] > 0:
                        return
            except (OSError, struct.error):
                pass
            time.sleep(0.01)
        sys.exit(f"{self.name} answers no metadata")

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def cpu(self):
        """Seconds on a core: of the process without its JIT compilers, and of those."""
        jit = 0
        for task in os.listdir(f"/proc/{self.pid()}/task"):
            try:
                name, ticks = cpu_ticks(f"/proc/{self.pid()}/task/{task}/stat")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if re.match(r"C[12] Compiler", name):
                jit += ticks
        return (cpu_ticks(f"/proc/{self.pid()}/stat")[1] - jit) / TICK, jit / TICK

    def make_topic(self, partitions, config):
        tool("TopicCommand", "--bootstrap-server", self.address, "--create", "--topic", "bench", "--partitions", partitions,
             *(word for key, value in config.items() for word in ("--config", f"{key}={value}")))

    def writes(self):
        with open(f"/proc/{self.pid()}/io") as f:
            return int(re.search(r"syscw: (\d+)", f.read()).group(1))

    def rss(self):
        with open(f"/proc/{self.pid()}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024

    def environment(self):
        return dict(os.environ)


class Kafka(Broker):
    CLASS_PATH = os.path.join(HOME, "benchmarks/target/kafka/*")
    SYNCED_TOPIC = {"flush.messages": 1}

    @staticmethod
    def prepare():
        if not os.path.isdir(os.path.dirname(Kafka.CLASS_PATH)):
            subprocess.run(["mvn", "-q", "-B", "-f", os.path.join(HOME, "benchmarks/pom.xml"), "package"], check=True)

    def format(self):
        controller = free_port()
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"{self.listeners()},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": self.listeners(),
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL",
            "log.dirs": os.path.join(self.root, "data"),
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
        } | self.overrides
        self.settings = os.path.join(self.root, "server.properties")
        with open(self.settings, "w") as f:
            f.writelines(f"{key}={value}\n" for key, value in settings.items())
        # A console at WARN: Kafka's own defaults need a configuration file.
        self.logging = os.path.join(self.root, "log4j2.properties")
        with open(self.logging, "w") as f:
            f.write("rootLogger.level=warn\nrootLogger.appenderRef.c.ref=c\nappender.c.type=Console\nappender.c.name=c\n")
        subprocess.run(self.java() + ["kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", self.settings],
                       check=True, capture_output=True)

    def java(self, *options):
        return ["java", *options, f"-Dlog4j2.configurationFile={self.logging}", "-cp", Kafka.CLASS_PATH]

    def command(self):  # the options that Kafka's own start script gives its broker
        return self.java(*HEAP, "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
                         "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true", STEADY_JIT) + ["kafka.Kafka", self.settings]


class Varve(Broker):
    SYNCED_TOPIC = {}

    def __init__(self, checkout, *rest):
        super().__init__(*rest)
        self.checkout = checkout

    @staticmethod
    def build(checkout):
        script = ". bin/lib/launch.sh && prepare_server && prepare_program tools"
        subprocess.run(["bash", "-c", script], cwd=checkout, check=True)

    def format(self):
        pass

    def command(self):
        settings = {"listeners": self.listeners(), "log.dirs": os.path.join(self.root, "data"),
                    "group.initial.rebalance.delay.ms": 0} | self.overrides
        return [os.path.join(self.checkout, "bin/kafka-server-start.sh"), os.path.join(self.checkout, "config/server.properties"),
                *(word for key, value in settings.items() for word in ("--override", f"{key}={value}"))]

    def environment(self):
        return super().environment() | {"VARVE_NO_BUILD": "1", "KAFKA_OPTS": f"{os.environ.get('KAFKA_OPTS', '')} {STEADY_JIT}"}


class Floor(Broker):
    SYNCED_TOPIC = {}
    MODES = {"floor": "ring", "floor-behind": "behind", "floor-unsynced": "none"}

    def __init__(self, *rest):
        super().__init__(*rest)
        self.mode, self.partitions = self.MODES[self.name], 1

    def format(self):
        pass

    def command(self):
        return ["java", *HEAP, "-XX:+UseG1GC", STEADY_JIT, os.path.join(HOME, "benchmarks/Floor.java"), str(self.port),
                os.path.join(self.root, "data"), str(self.partitions), self.mode]

    def make_topic(self, partitions, config):
        self.stop()
        self.partitions = partitions
        self.start()


class Meter:
    """Counts what a broker spends from the begin to the end of a measurement."""

    def __init__(self, broker, count):
        self.broker = broker
        self.perf = subprocess.Popen(
            ["perf", "stat", "-x", ",", "-e", ",".join([*FORCES, ALL_CALLS]), "-p", str(broker.pid())],
            stderr=subprocess.PIPE, text=True) if count else None
        self.cpu, self.calls = broker.cpu(), broker.writes()

    def per_gb(self, num_bytes):
        gb = num_bytes / 1e9
        cpu, jit = (after - before for after, before in zip(self.broker.cpu(), self.cpu))
        figures = {"CPU s/GB": cpu / gb, "jit s": jit, "writes/GB": (self.broker.writes() - self.calls) / gb}
        if self.perf:
            self.perf.send_signal(signal.SIGINT)
            counts = {line.split(",")[2]: int(line.split(",")[0]) for line in self.perf.communicate()[1].splitlines()}
            figures["forces/GB"] = sum(counts[event] for event in FORCES) / gb
            figures["calls/GB"] = counts[ALL_CALLS] / gb
        return figures


class Scraper:
    """Reads the metrics of a broker every second, as Prometheus would more seldom, when the broker has an HTTP listener."""

    def __init__(self, broker):
        self.address, self.ended = broker.overrides.get("http.listeners"), threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)

    def read(self):
        while self.address and not self.ended.wait(1):
            with urllib.request.urlopen(self.address.replace("HTTP", "http") + "/metrics", timeout=10) as answer:
                answer.read()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()


class Works:
    """The works by name: each takes a started broker with an empty directory, and returns its figures."""

    def __init__(self, scale, count):
        self.scale, self.count = scale, count

    def topic(self, broker, partitions=1, config=None):
        broker.make_topic(partitions, config or {})

    def produce(self, broker, records, size, acks, *options, rate=-1):
        """Produces, and returns the figures of the run."""
        records = int(records * self.scale)
        meter = Meter(broker, self.count)
        out = tool("ProducerPerformance", "--topic", "bench", "--num-records", records, "--record-size", size, "--throughput", rate,
                        "--bootstrap-server", broker.address, "--command-property", f"acks={acks}",
                        *(word for option in options for word in ("--command-property", option)))
        last = [line for line in out.splitlines() if "records sent" in line][-1]
        return {"records/s": float(re.search(r"([\d.]+) records/sec", last).group(1)),
                **{f"{name} ms": float(re.search(rf"([\d.]+) ms {part}", last).group(1))
                   for name, part in (("p50", "50th"), ("p99", "99th"), ("p99.9", "99.9th"))},
                **meter.per_gb(records * size)}

    def warmed(self, broker, records, size, acks, *options):
        self.produce(broker, records / 2, size, acks, *options)
        return self.produce(broker, records, size, acks, *options)

    def produce_1k_tls(self, broker):
        self.topic(broker)
        return self.warmed(broker, 2e6, 1000, "all", *(f"{key}={value}" for key, value in broker.client.items()))

    produce_1k_tls.over_tls = True

    def produce_1k_quota(self, broker):
        self.topic(broker)
        tool("kafka.admin.ConfigCommand", "--bootstrap-server", broker.address, "--alter", "--entity-type", "clients", "--entity-default",
             "--add-config", "producer_byte_rate=100000000000,request_percentage=10000")
        return self.warmed(broker, 2e6, 1000, "all")

    def produce_1k_scraped(self, broker):
        self.topic(broker)
        with Scraper(broker):
            return self.warmed(broker, 2e6, 1000, "all")

    produce_1k_scraped.is_scraped = True

    def startup(self, broker):
        time.sleep(1.5)
        return {"idle RSS MiB": broker.rss()}

    def produce_1k_acks1(self, broker):
        self.topic(broker)
        return self.warmed(broker, 2e6, 1000, 1)

    def produce_1k_all(self, broker):
        self.topic(broker)
        return self.warmed(broker, 2e6, 1000, "all")

    def produce_1k_synced(self, broker):
        self.topic(broker, 1, broker.SYNCED_TOPIC)
        return self.warmed(broker, 1e6, 1000, "all")

    def produce_100b_all(self, broker):
        self.topic(broker)
        return self.warmed(broker, 8e6, 100, "all")

    def produce_lz4_8p(self, broker):
        self.topic(broker, 8)
        return self.warmed(broker, 2e6, 1000, "all", "compression.type=lz4")

    def paced(self, broker, config=None):
        self.topic(broker, 1, config)
        self.produce(broker, 3e5, 1000, "all")
        return self.produce(broker, 3e4, 1000, "all", rate=2000)

    def paced_synced(self, broker):
        return self.paced(broker, broker.SYNCED_TOPIC)

    def paced_unsynced(self, broker):
        return self.paced(broker)

    paced_unsynced.settings_of_varve = {"log.durability": "async"}

    def steady(self, broker, kind, records, config=None):
        """Latencies of all records but the first third."""
        self.topic(broker, 1, config)
        records = int(records * self.scale)
        before = broker.cpu()[0]
        line = tool("Latency.java", broker.address, "bench", kind, records, records // 3).split()
        return {**{f"{name} ms": float(value) for name, value in zip(line[::2], line[1::2])}, "CPU s": broker.cpu()[0] - before}

    def paced_steady(self, broker):
        return self.steady(broker, "paced", 6e4)

    def paced_steady_synced(self, broker):
        return self.steady(broker, "paced", 6e4, broker.SYNCED_TOPIC)

    def paced_steady_unsynced(self, broker):
        return self.steady(broker, "paced", 6e4)

    def e2e_steady(self, broker):
        return self.steady(broker, "e2e", 6e4)

    def e2e_steady_unsynced(self, broker):
        return self.steady(broker, "e2e", 6e4)

    paced_steady_unsynced.settings_of_varve = {"log.durability": "async"}
    e2e_steady_unsynced.settings_of_varve = {"log.durability": "async"}

    def consume_1k(self, broker, client=None):
        self.topic(broker)
        self.produce(broker, 2e6, 1000, 1)
        records = int(2e6 * self.scale)
        client = {"bootstrap.servers": broker.address} | (client or {})
        for _ in range(3):  # the last one counts
            meter = Meter(broker, self.count)
            out = tool("ConsumerPerformance", "--bootstrap-server", client["bootstrap.servers"], "--topic", "bench", "--num-records", records,
                            "--timeout", 60000, *(word for key, value in client.items() for word in ("--command-property", f"{key}={value}")))
            row = [line for line in out.splitlines() if re.match(r"20\d\d-", line)][-1].split(", ")
            figures = {"records/s": float(row[9]), **meter.per_gb(records * 1000)}
        return figures

    def consume_1k_tls(self, broker):
        return self.consume_1k(broker, broker.client)

    consume_1k_tls.over_tls = True

    def share_consume_1k(self, broker):
        self.topic(broker, 4)
        self.produce(broker, 1e6, 1000, 1)
        records = int(1e6 * self.scale)
        for group in ("share-1", "share-2", "share-3"):  # the last one counts
            tool("kafka.admin.ConfigCommand", "--bootstrap-server", broker.address, "--alter", "--entity-type", "groups", "--entity-name", group,
                 "--add-config", "share.auto.offset.reset=earliest")
            meter = Meter(broker, self.count)
            out = tool("ShareConsumerPerformance", "--bootstrap-server", broker.address, "--topic", "bench", "--group", group,
                       "--num-records", records, "--timeout", 60000)
            row = [line for line in out.splitlines() if re.match(r"20\d\d-", line)][-1].split(", ")
            figures = {"records/s": float(row[4]), **meter.per_gb(records * 1000)}
        return figures

    def e2e(self, broker):
        self.topic(broker)
        before = broker.cpu()[0]
        out = tool("EndToEndLatency", "--bootstrap-server", broker.address, "--topic", "bench", "--num-records",
                        int(10000 * self.scale), "--producer-acks", "all", "--record-size", 100)
        line = [line for line in out.splitlines() if line.startswith("Percentiles")][-1]
        values = [float(part.split("=")[1]) for part in line.split(":", 1)[1].split(",")]
        return {"p50 ms": values[0], "p99 ms": values[1], "p99.9 ms": values[2], "CPU s": broker.cpu()[0] - before}

    def partitions(self, broker):
        begun = time.monotonic()
        self.topic(broker, 1000)
        made = time.monotonic() - begun
        figures = self.produce(broker, 5e5, 100, "all")
        rss = broker.rss()
        broker.stop()
        return {"create s": made, **figures, "RSS MiB": rss, "restart s": broker.start()}

    partitions.makes_many_files = True

    def crash(self, broker):
        self.topic(broker, 4)
        self.produce(broker, 4e6, 1000, 1)
        broker.stop(signal.SIGKILL)
        again = broker.start()
        out = tool("GetOffsetShell", "--bootstrap-server", broker.address, "--topic", "bench")
        return {"start s": again, "records kept": sum(int(line.rsplit(":", 1)[1]) for line in out.splitlines() if line.startswith("bench:"))}

    ALL = [startup, produce_1k_acks1, produce_1k_all, produce_1k_synced, produce_100b_all, produce_lz4_8p, paced, paced_synced, paced_unsynced,
           paced_steady, paced_steady_synced, paced_steady_unsynced, consume_1k, share_consume_1k, e2e, e2e_steady, e2e_steady_unsynced, partitions, crash, produce_1k_tls, consume_1k_tls, produce_1k_quota, produce_1k_scraped]


def main():
    works = {work.__name__.replace("_", "-"): work for work in Works.ALL}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("--peer", default="kafka")
    parser.add_argument("--varve", default=HOME)
    parser.add_argument("--work", default=",".join(works))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--override", action="append", default=[])
    parser.add_argument("--peer-override", action="append", default=[])
    options = parser.parse_args()
    unknown = set(options.work.split(",")) - set(works)
    if unknown:
        parser.error(f"no such work: {', '.join(sorted(unknown))}; there are {', '.join(works)}")
    settings = dict(pair.split("=", 1) for pair in options.override)
    of_peer = dict(pair.split("=", 1) for pair in options.peer_override)

    checkout = os.path.abspath(options.varve)
    Varve.build(checkout)
    if checkout != HOME:
        Varve.build(HOME)  # the clients
    sides = {"varve": lambda root, work: Varve(checkout, "varve", root, of_work(work) | settings)}
    peers = {}
    for peer in options.peer.split(","):
        if peer == "kafka":
            Kafka.prepare()
            peers[peer] = lambda root, work: Kafka("kafka", root, of_peer)
        elif peer in Floor.MODES:
            peers[peer] = lambda root, work, name=peer: Floor(name, root, {})
        elif peer != "none":
            other = os.path.abspath(peer)
            Varve.build(other)
            peers["peer"] = lambda root, work: Varve(other, "peer", root, of_work(work) | of_peer)
    sides = peers | sides

    run = Works(options.scale, options.count)
    print(f"{options.rounds} round(s), scale {options.scale:g}, {os.cpu_count()} cores", flush=True)
    for name in options.work.split(","):
        begun = time.monotonic()
        report(name, measure(works[name], run, sides, options.rounds))
        print(f"{name:18} took {time.monotonic() - begun:.0f} s", flush=True)


def of_work(work):
    """The settings of Varve that a work needs."""
    scraped = {"http.listeners": f"HTTP://127.0.0.1:{free_port()}"} if getattr(work, "is_scraped", False) else {}
    return getattr(work, "settings_of_varve", {}) | scraped


def measure(work, run, sides, rounds):
    """The values of each figure, by side."""
    found, roots = {}, []
    for turn in range(rounds):
        for side in list(sides)[:: 1 if turn % 2 == 0 else -1]:
            root = tempfile.mkdtemp(prefix=f"compare-{side}-", dir=os.environ.get("BENCH_DIR"))
            broker = sides[side](root, work)
            try:
                if getattr(work, "over_tls", False):
                    broker.use_tls()
                broker.format()
                started = broker.start()
                for figure, value in ({"start s": started} | work(run, broker)).items():
                    found.setdefault(figure, {}).setdefault(side, []).append(value)
            finally:
                broker.stop()
                roots.append(root)
                # ext4 avoids inodes that were deleted in the last minutes, and searches for others bit by bit.
                if not getattr(work, "makes_many_files", False):
                    remove(roots)
    remove(roots)
    return found


def remove(roots):
    while roots:
        shutil.rmtree(roots.pop(), ignore_errors=True)


def report(work, found):
    for figure, values in found.items():
        medians = {side: statistics.median(of) for side, of in values.items()}
        sides = "  ".join(f"{side} {medians[side]:10.2f} [{min(of):.2f}..{max(of):.2f}]" for side, of in values.items())
        *others, own = medians.values()
        ratio = "  ratio " + " ".join(f"{own / other:.2f}" for other in others if other) if others else ""
        print(f"{work:18} {figure:13} {sides}{ratio}", flush=True)


if __name__ == "__main__":
    main()
