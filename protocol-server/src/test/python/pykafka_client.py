# SPDX-License-Identifier: Apache-2.0
"""PyKafka 2.8 with its defaults, which are those of Kafka 0.9, against the server at argv[1], beside kafka-python 3 as a
client of today; argv[2] makes topics and groups differ between runs."""
import sys

import kafka
import pykafka
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from pykafka.common import CompressionType, OffsetType

servers, run = sys.argv[1], sys.argv[2]
client = pykafka.KafkaClient(hosts=servers)


def modern_consumer(*topics, **settings):
    return kafka.KafkaConsumer(*topics, bootstrap_servers=servers, auto_offset_reset='earliest', enable_auto_commit=False,
                               consumer_timeout_ms=120000, **settings)


def modern_values(topic, count):
    consumer = modern_consumer(topic)
    got = []
    for record in consumer:
        got.append((record.key, record.value))
        if len(got) == count:
            break
    consumer.close()
    return got


def old_values(topic, count, **settings):
    consumer = client.topics[topic].get_simple_consumer(
        auto_offset_reset=OffsetType.EARLIEST, reset_offset_on_start=True, consumer_timeout_ms=120000, **settings)
    got = []
    for message in consumer:
        got.append((message.offset, message.partition_key, message.value))
        if len(got) == count:
            break
    consumer.stop()
    return got


def produces_to_a_topic_that_it_creates():
    topic = 'pykafka-' + run
    sent = []
    for codec in (CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY):
        with client.topics[topic].get_sync_producer(compression=codec) as producer:
            for i in range(20):
                sent.append((b'key%d' % i, b'%d of codec %d' % (i, codec)))
                producer.produce(sent[-1][1], partition_key=sent[-1][0])
    with client.topics[topic].get_producer(compression=CompressionType.GZIP, linger_ms=50) as producer:
        for i in range(500):
            sent.append((None, b'batched %d' % i))
            producer.produce(sent[-1][1])
    assert modern_values(topic, len(sent)) == sent
    assert old_values(topic, len(sent)) == [(i, key, value) for i, (key, value) in enumerate(sent)]


def balanced_consumers_go_on_where_they_committed():
    topic, group = 'pykafka-group-' + run, ('pykafka-' + run).encode()
    with client.topics[topic].get_sync_producer() as producer:
        for i in range(10):
            producer.produce(b'%d' % i)
    for first, last in ((0, 6), (6, 10)):
        consumer = client.topics[topic].get_balanced_consumer(
            group, managed=True, auto_offset_reset=OffsetType.EARLIEST, consumer_timeout_ms=120000)
        got = [consumer.consume().value for _ in range(first, last)]
        consumer.commit_offsets()
        consumer.stop()
        assert got == [b'%d' % i for i in range(first, last)], got
    modern = modern_consumer(group_id=group.decode())
    assert modern.committed(TopicPartition(topic, 0)) == 10
    modern.close()


def reads_what_clients_of_today_write():
    topic = 'pykafka-mixed-' + run
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(topic, 1, 1)])
    expected = []
    for codec in (None, 'gzip', 'snappy'):
        producer = kafka.KafkaProducer(bootstrap_servers=servers, compression_type=codec, linger_ms=100)
        for i in range(30):
            value = b'%d of %s' % (i, str(codec).encode())
            expected.append((b'k', value))
            producer.send(topic, key=b'k', value=value, headers=[('dropped', b'header')])
        producer.close()
    got = old_values(topic, len(expected))
    assert [(key, value) for _, key, value in got] == expected, got
    # A fetch size that holds one record of a batch, or less than one.
    small = old_values(topic, len(expected), fetch_message_max_bytes=100)
    assert small == got, small
    admin.close()


def passes_over_transaction_markers():
    topic = 'pykafka-transactions-' + run
    producer = kafka.KafkaProducer(bootstrap_servers=servers, transactional_id='pykafka-' + run)
    producer.init_transactions()
    for i in range(5):
        producer.begin_transaction()
        producer.send(topic, value=b'%d' % i)
        producer.commit_transaction()
    producer.close()
    # Without compacted_topic PyKafka drops what comes after a gap between offsets.
    got = old_values(topic, 5, compacted_topic=True)
    assert [value for _, _, value in got] == [b'%d' % i for i in range(5)], got
    assert [offset for offset, _, _ in got] == [0, 2, 4, 6, 8], got
    with client.topics[topic].get_sync_producer() as old:
        old.produce(b'after the last marker')
    assert old_values(topic, 6, compacted_topic=True)[-1] == (10, None, b'after the last marker')


def tells_offsets():
    topic = client.topics['pykafka-' + run]
    assert topic.earliest_available_offsets()[0].offset == [0], topic.earliest_available_offsets()
    assert topic.latest_available_offsets()[0].offset == [560], topic.latest_available_offsets()


for check in (produces_to_a_topic_that_it_creates, balanced_consumers_go_on_where_they_committed,
              reads_what_clients_of_today_write, passes_over_transaction_markers, tells_offsets):
    check()
    print('passed:', check.__name__, 'with PyKafka', pykafka.__version__, flush=True)
