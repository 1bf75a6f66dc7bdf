# SPDX-License-Identifier: Apache-2.0
"""kafka-python is held back when it has sent, and when it has got, what a quota of argv[4] bytes/s allows in ten seconds, within a
fifth: at argv[1], as client argv[2]. It reads partition 0 of topic argv[3]. argv[5:7] are a user and a password, for PLAIN."""
import sys

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

servers, client, filled, rate = sys.argv[1:5]
RECORD = 10_000
AT_ONCE = 10 * int(rate)
# Three records with their headers: of a fourth one Kafka would send, and count, a part.
FETCHED = 3 * (RECORD + 100)
IS_2 = kafka.__version__.startswith('2.')
SETTINGS = dict(bootstrap_servers=servers, client_id=client)
if sys.argv[5:]:
    SETTINGS.update(security_protocol='SASL_PLAINTEXT', sasl_mechanism='PLAIN', sasl_plain_username=sys.argv[5],
                    sasl_plain_password=sys.argv[6])


def throttle_ms(client):
    values = [value for group in client.metrics().values() for name, value in group.items()
              if name.endswith('throttle-time-max')]
    assert values, client.metrics()
    return max(value if value > 0 else 0 for value in values)


def check(what, used, client):
    assert AT_ONCE * 0.8 <= used <= AT_ONCE * 1.2, (what, used, throttle_ms(client))
    print(what, used, 'bytes, then held back for', throttle_ms(client), 'ms')


producer = KafkaProducer(linger_ms=0, **({} if IS_2 else {'enable_idempotence': False}), **SETTINGS)
sent = 0
producer.partitions_for(client + '-topic')
while sent < 2 * AT_ONCE and (sent == 0 or throttle_ms(producer) == 0):
    producer.send(client + '-topic', b'x' * RECORD, partition=0).get(timeout=60)
    sent += RECORD
check('sent', sent, producer)
producer.close()

consumer = KafkaConsumer(auto_offset_reset='earliest', max_partition_fetch_bytes=FETCHED, group_id=None, **SETTINGS)
consumer.assign([TopicPartition(filled, 0)])
got = 0
while got < 2 * AT_ONCE and (got == 0 or throttle_ms(consumer) == 0):
    got += sum(len(record.value) for records in consumer.poll(timeout_ms=1000).values() for record in records)
check('got', got, consumer)
consumer.close()
print('passed: kafka-python', kafka.__version__)
