# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka reads every record of partition 0 of the topic argv[2] of the server at argv[1], and prints where each is."""
import sys

from confluent_kafka import Consumer, TopicPartition

consumer = Consumer({'bootstrap.servers': sys.argv[1], 'group.id': 'unused', 'enable.auto.commit': False})
partition = TopicPartition(sys.argv[2], 0, 0)
_, end = consumer.get_watermark_offsets(partition, timeout=120)
consumer.assign([partition])
position = 0
while position < end:
    message = consumer.poll(1)
    if message is None:
        continue
    if message.error():
        raise SystemExit(message.error())
    print('%s-%d@%06d %s' % (message.topic(), message.partition(), message.offset(), message.key().decode()))
    position = message.offset() + 1
consumer.close()
