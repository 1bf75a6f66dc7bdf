# SPDX-License-Identifier: Apache-2.0
"""kafka-python reads every record of the topics argv[2:] of the server at argv[1], and prints where each is."""
import sys

from kafka import KafkaConsumer, TopicPartition

consumer = KafkaConsumer(bootstrap_servers=sys.argv[1], group_id=None, enable_auto_commit=False)
partitions = [TopicPartition(topic, partition) for topic in sys.argv[2:]
              for partition in consumer.partitions_for_topic(topic)]
consumer.assign(partitions)
consumer.seek_to_beginning(*partitions)
ends = consumer.end_offsets(partitions)
while any(consumer.position(partition) < end for partition, end in ends.items()):
    for records in consumer.poll(timeout_ms=500).values():
        for record in records:
            print('%s-%d@%06d %s' % (record.topic, record.partition, record.offset, record.key.decode()))
