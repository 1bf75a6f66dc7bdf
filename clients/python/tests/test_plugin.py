# SPDX-License-Identifier: Apache-2.0
"""Uses the plugin as a stranger does: installed, with kafka-python, and by sessions of pytest of their own.

VARVE_HOME names the checkout.
"""

import os
import re
import socket
import stat
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

ROOT = Path(os.environ["VARVE_HOME"])


def produce(servers, topic, *values, partition=0):
    producer = KafkaProducer(bootstrap_servers=servers)
    for value in values:
        producer.send(topic, value, partition=partition).get(30)
    producer.close()


def consume(servers, topic, count, group=None):
    consumer = KafkaConsumer(
        topic, bootstrap_servers=servers, group_id=group, auto_offset_reset="earliest", consumer_timeout_ms=120_000
    )
    values = [next(consumer).value for _ in range(count)]
    consumer.close()
    return values


def test_serves_kafka_clients(varve_bootstrap_servers, varve_topic):
    produce(varve_bootstrap_servers, varve_topic, b"one", b"two")
    assert consume(varve_bootstrap_servers, varve_topic, 2, group="counters") == [b"one", b"two"]


@pytest.mark.varve_topic(partitions=3, config={"cleanup.policy": "compact"})
def test_the_marker_says_how_the_topic_is_created(varve_bootstrap_servers, varve_topic):
    consumer = KafkaConsumer(bootstrap_servers=varve_bootstrap_servers)
    assert consumer.partitions_for_topic(varve_topic) == {0, 1, 2}
    consumer.close()
    with pytest.raises(Exception, match="key|InvalidRecord|87"):
        produce(varve_bootstrap_servers, varve_topic, b"without a key")


@pytest.mark.parametrize("value", ["one/two", "ü" * 300])
def test_each_test_has_a_topic_of_its_own(varve_bootstrap_servers, varve_topic, value):
    consumer = KafkaConsumer(bootstrap_servers=varve_bootstrap_servers)
    partition = TopicPartition(varve_topic, 0)
    assert consumer.end_offsets([partition])[partition] == 0
    consumer.close()
    produce(varve_bootstrap_servers, varve_topic, value.encode())


def test_a_refusal_names_its_reason(varve):
    varve.create_topic("taken")
    with pytest.raises(RuntimeError, match="taken.*already exists"):
        varve.create_topic("taken")
    with pytest.raises(RuntimeError, match="retention.ms"):
        varve.create_topic("mistaken", config={"retention.ms": "soon"})


SHOWS_THE_SERVER = """
    def test_it(varve):
        print("SERVER", varve.bootstrap_servers, varve._process.pid)
        print("LOG", varve.log())
"""


def inner(pytester, *arguments):
    return pytester.runpytest_subprocess("-s", *arguments)


def test_the_server_ends_with_the_session(pytester, monkeypatch):
    monkeypatch.setenv("VARVE_HOME", str(ROOT))
    pytester.makepyfile(SHOWS_THE_SERVER)
    pytester.makeini("[pytest]\nvarve_overrides =\n    storage.backend=file\n    num.partitions=7")
    result = inner(pytester, "--varve-override", "storage.backend=lmdb")
    result.assert_outcomes(passed=1)

    host, port, pid = re.search(r"SERVER (.*):(\d+) (\d+)", result.stdout.str()).groups()
    assert "lmdb storage" in result.stdout.str()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_says_what_is_missing(pytester, monkeypatch):
    pytester.makepyfile(SHOWS_THE_SERVER)
    monkeypatch.setenv("VARVE_HOME", str(pytester.path))
    inner(pytester).stdout.fnmatch_lines(["*VARVE_HOME is *but there is no bin/kafka-server-start.sh in it*"])

    monkeypatch.setenv("VARVE_HOME", str(ROOT))
    monkeypatch.setenv("JAVA_HOME", str(pytester.path))
    inner(pytester).stdout.fnmatch_lines(["*JAVA_HOME is *but there is no bin/java in it*"])

    monkeypatch.delenv("JAVA_HOME")
    inner(pytester, "--varve-override", "num.partitions=some").stdout.fnmatch_lines(["*num.partitions=some is wrong*"])
    inner(pytester, "--varve-override", "some").stdout.fnmatch_lines(["*'some' must be KEY=VALUE*"])


def test_finds_no_home_where_there_is_none(monkeypatch, tmp_path):
    from pytest_varve.server import VarveError, find_home

    monkeypatch.delenv("VARVE_HOME", raising=False)
    with pytest.raises(VarveError, match="set VARVE_HOME"):
        find_home(None, [tmp_path])
    assert find_home(None, [tmp_path, ROOT / "clients" / "python"]) == ROOT


def test_a_script_that_cannot_be_run_is_an_error_of_the_plugin(tmp_path):
    from pytest_varve.server import Varve, VarveError

    script = tmp_path / "bin" / "kafka-server-start.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho no more paper; exit 3\n")
    with pytest.raises(VarveError, match="cannot be run"):
        Varve(tmp_path, tmp_path, {})
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(VarveError, match="no more paper"):
        Varve(tmp_path, tmp_path, {})
