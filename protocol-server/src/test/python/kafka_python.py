# SPDX-License-Identifier: Apache-2.0
"""kafka-python, 2.0.2 and 3.x, against the server at argv[1]; argv[2] makes topics and groups differ between runs."""
import sys

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

servers, run = sys.argv[1], sys.argv[2]


def consume(topic, group, count):
    consumer = KafkaConsumer(topic, bootstrap_servers=servers, group_id=group, auto_offset_reset='earliest',
                             enable_auto_commit=False, consumer_timeout_ms=120000)
    got = []
    for record in consumer:
        got.append((record.key, record.value))
        if len(got) == count:
            break
    if group:
        consumer.commit()
    consumer.close()
    return got


def produce(topic, records, **settings):
    producer = KafkaProducer(bootstrap_servers=servers, **settings)
    sent = [producer.send(topic, key=key, value=value) for key, value in records]
    producer.flush()
    offsets = [future.get(timeout=120).offset for future in sent]
    producer.close()
    return offsets


def created_topic_with_and_without_group():
    topic = 'created-' + run
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    assert topic in admin.list_topics(), admin.list_topics()
    records = [(b'key%d' % i, b'value%d' % i) for i in range(300)]
    produce(topic, records, acks='all')
    assert sorted(consume(topic, None, 300)) == sorted(records)
    first = consume(topic, 'group-' + run, 300)
    assert sorted(first) == sorted(records)
    produce(topic, [(b'late', b'comer')])
    assert consume(topic, 'group-' + run, 1) == [(b'late', b'comer')], 'the group goes on where it committed'
    assert 'group-' + run in groups(admin), groups(admin)
    admin.delete_topics([topic])
    admin.close()


def groups(admin):
    if kafka.__version__.startswith('2.'):
        return [name for name, _ in admin.list_consumer_groups()]
    return [group['group_id'] for group in admin.list_groups()]


def auto_created_topic_and_compression():
    topic = 'auto-' + run
    offsets = produce(topic, [(None, b'x' * 1000)] * 50, compression_type='gzip', linger_ms=50)
    assert offsets == list(range(50)), offsets
    assert consume(topic, None, 50) == [(None, b'x' * 1000)] * 50


def seeking_and_offsets():
    topic = 'seek-' + run
    produce(topic, [(None, b'%d' % i) for i in range(10)])
    consumer = KafkaConsumer(bootstrap_servers=servers, group_id=None, consumer_timeout_ms=120000)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    assert consumer.beginning_offsets([partition])[partition] == 0
    assert consumer.end_offsets([partition])[partition] == 10
    consumer.seek(partition, 7)
    assert next(consumer).value == b'7'
    found = consumer.offsets_for_times({partition: 0})[partition]
    assert found.offset == 0, found
    consumer.close()


for check in (created_topic_with_and_without_group, auto_created_topic_and_compression, seeking_and_offsets):
    check()
    print('passed:', check.__name__, 'with kafka-python', kafka.__version__, flush=True)
