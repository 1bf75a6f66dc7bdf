# SPDX-License-Identifier: Apache-2.0
"""Transactions of kafka-python 3.x with the server at argv[1]; argv[2] makes topics and groups differ between runs."""
import sys
import time

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

servers, run = sys.argv[1], sys.argv[2]


def topic(name):
    name = 'python-transactions-%s-%s' % (name, run)
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(name, num_partitions=2, replication_factor=1)])
    admin.close()
    return name


def producer(transactional_id, **settings):
    made = KafkaProducer(bootstrap_servers=servers, transactional_id=transactional_id, acks='all', **settings)
    made.init_transactions()
    return made


def send(made, name, values):
    for future in [made.send(name, value, partition=i % 2) for i, value in enumerate(values)]:
        future.get(timeout=120)


def read(name, isolation):
    """All values a consumer is shown up to the last stable offset, or to the end."""
    consumer = KafkaConsumer(bootstrap_servers=servers, group_id=None, isolation_level=isolation)
    partitions = [TopicPartition(name, 0), TopicPartition(name, 1)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends, values = consumer.end_offsets(partitions), []
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            values.extend(record.value for record in records)
    consumer.close()
    return sorted(values)


def await_committed(name, expected):
    """A commit is answered before all partitions have its marker."""
    deadline = time.monotonic() + 120
    while read(name, 'read_committed') != expected:
        assert time.monotonic() < deadline, read(name, 'read_committed')


def commits_and_aborts():
    name = topic('both')
    made = producer(name)
    for i in range(4):
        made.begin_transaction()
        send(made, name, [b'%d-%d' % (i, j) for j in range(10)])
        if i % 2 == 0:
            made.commit_transaction()
        else:
            made.abort_transaction()
    made.close()
    await_committed(name, sorted(b'%d-%d' % (i, j) for i in (0, 2) for j in range(10)))
    assert len(read(name, 'read_uncommitted')) == 40


def offsets_with_what_was_made_of_the_input():
    source, target = topic('source'), topic('target')
    plain = KafkaProducer(bootstrap_servers=servers)
    send(plain, source, [b'%d' % i for i in range(20)])
    plain.close()
    consumer = KafkaConsumer(source, bootstrap_servers=servers, group_id=source, auto_offset_reset='earliest',
                             enable_auto_commit=False, isolation_level='read_committed', max_poll_records=5)
    made, moved = producer(target), 0
    deadline = time.monotonic() + 120
    while moved < 20:
        assert time.monotonic() < deadline, moved
        polled = consumer.poll(timeout_ms=500)
        if not polled:
            continue
        made.begin_transaction()
        offsets = {}
        for partition, records in polled.items():
            for record in records:
                made.send(target, record.value, partition=record.partition)
            offsets[partition] = OffsetAndMetadata(records[-1].offset + 1, '', -1)
        made.send_offsets_to_transaction(offsets, consumer.group_metadata())
        made.commit_transaction()
        moved += sum(len(records) for records in polled.values())
    await_committed(target, sorted(b'%d' % i for i in range(20)))
    assert [consumer.committed(TopicPartition(source, i)) for i in range(2)] == [10, 10]
    consumer.close()
    made.close()


def a_second_producer_fences_the_first():
    name = topic('fenced')
    first = producer(name)
    first.begin_transaction()
    send(first, name, [b'first'])
    second = producer(name)
    try:
        first.commit_transaction()
        raise AssertionError('the first producer was not fenced')
    except KafkaError as e:
        print('fenced:', type(e).__name__)
    first.close(timeout=1)
    second.begin_transaction()
    send(second, name, [b'second'])
    second.commit_transaction()
    second.close()
    await_committed(name, [b'second'])


for check in (commits_and_aborts, offsets_with_what_was_made_of_the_input, a_second_producer_fences_the_first):
    check()
    print('passed:', check.__name__, 'with kafka-python', kafka.__version__, flush=True)
