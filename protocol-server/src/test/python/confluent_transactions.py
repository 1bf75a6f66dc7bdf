# SPDX-License-Identifier: Apache-2.0
"""Transactions of confluent-kafka (librdkafka) with the server at argv[1]; argv[2] makes topics and groups differ between runs."""
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers, run = sys.argv[1], sys.argv[2]
admin = AdminClient({'bootstrap.servers': servers})


def topic(name):
    name = 'confluent-transactions-%s-%s' % (name, run)
    admin.create_topics([NewTopic(name, num_partitions=2)])[name].result(120)
    return name


def producer(transactional_id):
    made = Producer({'bootstrap.servers': servers, 'transactional.id': transactional_id, 'linger.ms': 0})
    made.init_transactions(30)
    return made


def send(made, name, values):
    for i, value in enumerate(values):
        made.produce(name, value, partition=i % 2)
    assert made.flush(120) == 0


def read(name, isolation):
    """All values a consumer is shown up to the last stable offset, or to the end."""
    consumer = Consumer({'bootstrap.servers': servers, 'group.id': 'none', 'isolation.level': isolation,
                         'enable.auto.commit': False, 'enable.partition.eof': True})
    consumer.assign([TopicPartition(name, i, 0) for i in range(2)])
    values, ended, deadline = [], set(), time.monotonic() + 120
    while len(ended) < 2:
        assert time.monotonic() < deadline, 'partitions whose end came: %s' % ended
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        else:
            assert not message.error(), message.error()
            values.append(message.value())
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
            made.commit_transaction(30)
        else:
            made.abort_transaction(30)
    await_committed(name, sorted(b'%d-%d' % (i, j) for i in (0, 2) for j in range(10)))
    assert len(read(name, 'read_uncommitted')) == 40


def offsets_with_what_was_made_of_the_input():
    source, target = topic('source'), topic('target')
    send(Producer({'bootstrap.servers': servers}), source, [b'%d' % i for i in range(20)])
    for protocol in ('classic', 'consumer'):
        consumer = Consumer({'bootstrap.servers': servers, 'group.id': source + protocol, 'group.protocol': protocol,
                             'auto.offset.reset': 'earliest', 'enable.auto.commit': False,
                             'isolation.level': 'read_committed'})
        consumer.subscribe([source])
        made, moved, deadline = producer(target), 0, time.monotonic() + 120
        while moved < 20:
            assert time.monotonic() < deadline, moved
            messages = consumer.consume(5, timeout=1)
            if not messages:
                continue
            made.begin_transaction()
            for message in messages:
                assert not message.error(), message.error()
                made.produce(target, message.value(), partition=message.partition())
            made.send_offsets_to_transaction(consumer.position(consumer.assignment()),
                                             consumer.consumer_group_metadata(), 30)
            made.commit_transaction(30)
            moved += len(messages)
        committed = consumer.committed([TopicPartition(source, i) for i in range(2)], timeout=120)
        assert [partition.offset for partition in committed] == [10, 10], committed
        consumer.close()
    await_committed(target, sorted([b'%d' % i for i in range(20)] * 2))


def a_second_producer_fences_the_first():
    name = topic('fenced')
    first = producer(name)
    first.begin_transaction()
    send(first, name, [b'first'])
    second = producer(name)
    try:
        first.commit_transaction(30)
        raise AssertionError('the first producer was not fenced')
    except KafkaException as e:
        assert e.args[0].code() == KafkaError._FENCED, e
    second.begin_transaction()
    send(second, name, [b'second'])
    second.commit_transaction(30)
    await_committed(name, [b'second'])


for check in (commits_and_aborts, offsets_with_what_was_made_of_the_input, a_second_producer_fences_the_first):
    check()
    print('passed:', check.__name__, 'with confluent-kafka', confluent_kafka.__version__, flush=True)
