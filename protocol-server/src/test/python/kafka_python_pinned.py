# SPDX-License-Identifier: Apache-2.0
"""kafka-python 2.0.2 told that the server at argv[1] is one of the old versions in argv[3:], beside itself as a client of
today; argv[2] makes topics and groups differ between runs."""
import sys

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

servers, run = sys.argv[1], sys.argv[2]
TODAY = (2, 5, 0)


def consumer(version, group=None):
    return KafkaConsumer(bootstrap_servers=servers, api_version=version, group_id=group, auto_offset_reset='earliest',
                         enable_auto_commit=False, consumer_timeout_ms=120000)


def consume(version, topic, count, group=None):
    client = consumer(version, group)
    if group and version >= (0, 9):
        client.subscribe([topic])
    else:
        client.assign([TopicPartition(topic, 0)])
    got = []
    for record in client:
        got.append((record.offset, record.key, record.value))
        if len(got) == count:
            break
    if group:
        client.commit()
    client.close()
    return got


def produce(version, topic, values, **settings):
    producer = KafkaProducer(bootstrap_servers=servers, api_version=version, linger_ms=20, **settings)
    sent = [producer.send(topic, key=b'k', value=value) for value in values]
    offsets = [each.get(timeout=120).offset for each in sent]
    producer.close()
    return offsets


def check(version):
    name = '-'.join(map(str, version)) + '-' + run
    topic = 'pinned-' + name
    values = [b'%d' % i for i in range(40)]
    assert produce(version, topic, values) == list(range(40))
    assert produce(version, topic, values, compression_type='gzip') == list(range(40, 80))
    assert produce(TODAY, topic, values, compression_type='gzip') == list(range(80, 120))
    expected = [(i, b'k', b'%d' % (i % 40)) for i in range(120)]
    assert consume(version, topic, 120) == expected
    assert consume(TODAY, topic, 120) == expected
    if version >= (0, 8, 2):
        group = 'pinned-' + name
        assert consume(version, topic, 60, group) == expected[:60]
        assert consume(TODAY, topic, 20, group) == expected[60:80], 'a group goes on, whichever client it has'
        assert consume(version, topic, 40, group) == expected[80:]
    client = consumer(version)
    partition = TopicPartition(topic, 0)
    assert client.beginning_offsets([partition])[partition] == 0
    assert client.end_offsets([partition])[partition] == 120
    client.close()


for argument in sys.argv[3:]:
    pinned = tuple(map(int, argument.split('.')))
    check(pinned)
    print('passed:', argument, 'with kafka-python', kafka.__version__, flush=True)
