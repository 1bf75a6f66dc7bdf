# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka (librdkafka) against the server at argv[1]; argv[2] makes topics and groups differ between runs."""
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

servers, run = sys.argv[1], sys.argv[2]


def produce(topic, values, **settings):
    failures = []
    producer = Producer({'bootstrap.servers': servers, **{k.replace('_', '.'): v for k, v in settings.items()}})
    for value in values:
        producer.produce(topic, value, on_delivery=lambda error, _: failures.append(error) if error else None)
    assert producer.flush(120) == 0
    assert not failures, failures


def consume(topic, count, **settings):
    consumer = Consumer({'bootstrap.servers': servers, 'auto.offset.reset': 'earliest', 'enable.auto.commit': False,
                         **{k.replace('_', '.'): v for k, v in settings.items()}})
    consumer.subscribe([topic])
    got, deadline = [], time.monotonic() + 120
    while len(got) < count:
        assert time.monotonic() < deadline, '%d of %d after 120 s' % (len(got), count)
        message = consumer.poll(1)
        if message is not None:
            assert message.error() is None, message.error()
            got.append(message.value())
    consumer.commit(asynchronous=False)
    consumer.close()
    return got


def idempotent_producer_and_every_codec():
    for codec in ('none', 'gzip', 'snappy', 'lz4', 'zstd'):
        topic = 'confluent-%s-%s' % (codec, run)
        values = [b'%d' % i * 20 for i in range(500)]
        produce(topic, values, enable_idempotence=True, acks='all', compression_type=codec)
        assert consume(topic, 500, group_id='codec-%s-%s' % (codec, run)) == values


def classic_and_new_group_protocol():
    topic = 'protocols-' + run
    produce(topic, [b'one', b'two'])
    client = AdminClient({'bootstrap.servers': servers})
    for protocol in ('classic', 'consumer'):
        group = '%s-%s' % (protocol, run)
        assert consume(topic, 2, group_id=group, group_protocol=protocol) == [b'one', b'two'], protocol
        asked = [confluent_kafka.ConsumerGroupTopicPartitions(group)]
        committed = client.list_consumer_group_offsets(asked)[group].result(120)
        assert committed.topic_partitions[0].offset == 2, committed


def admin():
    topic = 'admin-' + run
    client = AdminClient({'bootstrap.servers': servers})
    client.create_topics([NewTopic(topic, num_partitions=4, config={'retention.ms': '1000000'})])[topic].result(120)
    assert len(client.list_topics(topic, timeout=120).topics[topic].partitions) == 4
    resource = ConfigResource('topic', topic)
    described = client.describe_configs([resource])[resource].result(120)
    assert described['retention.ms'].value == '1000000'
    produce(topic, [b'late'])
    low, high = Consumer({'bootstrap.servers': servers, 'group.id': 'none'}).get_watermark_offsets(
        TopicPartition(topic, 0), timeout=120)
    assert low == 0 and high >= 0
    client.delete_topics([topic])[topic].result(120)


for check in (idempotent_producer_and_every_codec, classic_and_new_group_protocol, admin):
    check()
    print('passed:', check.__name__, 'with confluent-kafka', confluent_kafka.__version__, flush=True)
