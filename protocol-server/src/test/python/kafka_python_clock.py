# SPDX-License-Identifier: Apache-2.0
"""Moves the clock of the server at argv[1], which has clock=virtual, by kafka-python 3.x; argv[2] makes topics and groups differ."""
import json
import multiprocessing
import sys
import time

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

servers, run = sys.argv[1], sys.argv[2]
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
admin = KafkaAdminClient(bootstrap_servers=servers)


def setting(name, key):
    """A setting of a topic, or of what has a topic's name with a question mark."""
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    return admin.describe_configs([resource], config_filter='all')[ConfigResourceType.TOPIC.name.lower()][name][key]['value']


def now():
    return int(setting('?varve.clock', 'varve.clock.ms'))


def alter_clock(settings):
    """The server's answer: OK, or an error and its message."""
    answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, '?varve.clock', settings)],
                                 raise_on_unknown=False)
    return str(answer['topic']['?varve.clock'])


def advance(ms):
    target = str(now() + ms)
    answer = alter_clock({'varve.clock.ms': target})
    assert answer == 'OK', answer
    assert now() >= int(target)
    # A client repeats a request whose answer is lost: that moves the clock once.
    assert alter_clock({'varve.clock.ms': target}) == 'OK' and now() < int(target) + MINUTE


def topic(name, **configs):
    name = 'clock-%s-%s' % (name, run)
    configs = {key.replace('_', '.'): str(value) for key, value in configs.items()}
    admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1, topic_configs=configs)])
    return TopicPartition(name, 0)


def produce(partition, *records):
    """With the server's time, as a producer would have it on a machine with that clock."""
    stamp = now()
    producer = KafkaProducer(bootstrap_servers=servers, acks='all')
    for key, value in records:
        producer.send(partition.topic, key=key, value=value, partition=0, timestamp_ms=stamp).get(timeout=120)
    producer.close()


def consumer(partition, **settings):
    made = KafkaConsumer(bootstrap_servers=servers, group_id=None, **settings)
    made.assign([partition])
    return made


def earliest(partition):
    reader = consumer(partition)
    try:
        return reader.beginning_offsets([partition])[partition]
    finally:
        reader.close()


def read(partition, isolation='read_uncommitted'):
    """All keys and values up to the last stable offset, or to the end."""
    reader = consumer(partition, isolation_level=isolation)
    reader.seek_to_beginning(partition)
    end, records = reader.end_offsets([partition])[partition], []
    while reader.position(partition) < end:
        for batch in reader.poll(timeout_ms=500).values():
            records.extend((record.key, record.value) for record in batch)
    reader.close()
    return records


def explanation(partition):
    """What the server's own explanation says of the partition's retention."""
    key = 'varve.retention.explanation'
    return json.loads(setting(partition.topic + '?' + key, key))


def segments(partition):
    return explanation(partition)['partitions'][0]['segments']


def a_week_of_retention_passes_in_a_second():
    partition = topic('week', retention_ms=7 * DAY, segment_ms=DAY)
    for day in range(3):
        produce(partition, *[(None, b'day %d' % day)] * 10)
        advance(DAY)
    assert earliest(partition) == 0 and len(segments(partition)) == 3, segments(partition)
    begun = time.monotonic()
    advance(7 * DAY)
    print('a week took %.3f s' % (time.monotonic() - begun))
    assert earliest(partition) == 30, earliest(partition)
    assert sum(segment['bytes'] for segment in segments(partition)) == 0, segments(partition)


def records_go_one_day_after_another():
    partition = topic('days', retention_ms=7 * DAY, segment_ms=DAY, message_timestamp_type='LogAppendTime')
    for day in range(3):
        produce(partition, *[(None, b'day %d' % day)] * 10)
        advance(DAY + MINUTE)
    assert earliest(partition) == 0
    starts = []
    for _ in range(8):
        starts.append(earliest(partition))
        advance(DAY)
    assert starts == sorted(starts) and {0, 10, 20, 30} <= set(starts), starts


def segments_roll_by_time():
    partition = topic('roll', segment_ms=HOUR)
    produce(partition, (None, b'first'), (None, b'second'))
    assert len(segments(partition)) == 1
    advance(2 * HOUR)
    produce(partition, (None, b'third'))
    assert [segment['baseOffset'] for segment in segments(partition)] == [0, 2], segments(partition)


def tombstones_go():
    partition = topic('tombstones', cleanup_policy='compact', segment_ms=HOUR, delete_retention_ms=DAY,
                      min_cleanable_dirty_ratio='0.01')
    produce(partition, (b'a', b'1'), (b'b', b'1'), (b'b', b'2'), (b'a', None))
    advance(2 * HOUR)
    produce(partition, (b'c', b'1'))
    advance(2 * HOUR)
    assert read(partition) == [(b'b', b'2'), (b'a', None), (b'c', b'1')], read(partition)
    produce(partition, (b'd', b'1'))
    advance(2 * DAY)
    produce(partition, (b'e', b'1'))
    advance(2 * HOUR)
    assert (b'a', None) not in read(partition) and (b'b', b'2') in read(partition), read(partition)


def join(name, group, ready):
    """Joins a group, and never says goodbye."""
    member = KafkaConsumer(name, bootstrap_servers=servers, group_id=group)
    while not member.assignment():
        member.poll(timeout_ms=100)
    ready.set()
    while True:
        member.poll(timeout_ms=100)


def state_of(group):
    described = admin.describe_groups([group])
    described = described[group] if isinstance(described, dict) else described[0]
    return described['group_state'], len(described['members'])


def silent_members_are_evicted():
    partition = topic('members')
    group, ready = 'clock-members-' + run, multiprocessing.Event()
    process = multiprocessing.Process(target=join, args=(partition.topic, group, ready))
    process.start()
    assert ready.wait(60)
    process.kill()
    process.join()
    assert state_of(group) == ('Stable', 1), state_of(group)
    advance(5 * MINUTE)
    assert state_of(group) == ('Empty', 0), state_of(group)


def offsets_expire():
    partition = topic('offsets')
    produce(partition, (None, b'value'))
    group = 'clock-offsets-' + run
    member = KafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
    member.assign([partition])
    member.commit({partition: OffsetAndMetadata(1, '', -1)})
    member.close()

    def committed():
        offsets = admin.list_group_offsets(group)
        return offsets.get(group, offsets)

    assert partition in committed(), committed()
    advance(6 * DAY)
    assert partition in committed(), committed()
    advance(2 * DAY)
    assert partition not in committed(), committed()


def transactions_time_out():
    partition = topic('transaction')
    producer = KafkaProducer(bootstrap_servers=servers, transactional_id=partition.topic, transaction_timeout_ms=HOUR // 4)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(partition.topic, b'left open', partition=0, timestamp_ms=now()).get(timeout=120)
    produce(partition, (None, b'after it'))
    advance(14 * MINUTE)
    assert read(partition, 'read_committed') == []
    advance(MINUTE)
    assert read(partition, 'read_committed') == [(None, b'after it')], read(partition, 'read_committed')
    try:
        producer.commit_transaction()
        raise AssertionError('a transaction was committed after its time-out')
    except KafkaError:
        pass
    producer.close(timeout=1)


def the_clock_never_goes_back():
    before = now()
    for settings, expected in (({'varve.clock.ms': str(before - DAY)}, 'never goes back'),
                               ({'varve.clock.ms': 'tomorrow'}, 'a time in ms'),
                               ({'varve.clock.ms': '9' * 18}, 'at most'),
                               ({'varve.clock.ms': str(before + DAY), 'retention.ms': '1'}, 'and nothing else'),
                               ({'varve.clock.ahead.ms': '1'}, 'a time in ms')):
        answer = alter_clock(settings)
        assert answer.startswith('[Error 42]') and expected in answer, answer
    assert before <= now() < before + HOUR


if __name__ == '__main__':
    for test in (a_week_of_retention_passes_in_a_second, records_go_one_day_after_another,
                 segments_roll_by_time, tombstones_go, silent_members_are_evicted, offsets_expire,
                 transactions_time_out, the_clock_never_goes_back):
        begun = time.monotonic()
        test()
        print('passed: %s with kafka-python %s in %.1f s' % (test.__name__, kafka.__version__, time.monotonic() - begun),
              flush=True)
    admin.close()
