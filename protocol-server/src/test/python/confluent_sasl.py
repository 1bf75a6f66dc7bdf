# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka authenticates with the server at argv[3] by every mechanism; argv[1] makes topics differ between runs, argv[2] is
a token of OAUTHBEARER, argv[4], for TLS, has the certificate of who has signed the server's."""
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

run, token, servers = sys.argv[1:4]
TLS = {'security.protocol': 'SASL_SSL', 'ssl.ca.location': sys.argv[4]} if sys.argv[4:] else {'security.protocol': 'SASL_PLAINTEXT'}


def bearer(given):
    return dict(oauth_cb=lambda _: (given, time.time() + 3600))


USERS = {
    'PLAIN': {'sasl.username': 'alice', 'sasl.password': 'a-secret'},
    'SCRAM-SHA-256': {'sasl.username': 'bob', 'sasl.password': 'b-secret'},
    'SCRAM-SHA-512': {'sasl.username': 'bob', 'sasl.password': 'b-secret'},
    'OAUTHBEARER': bearer(token),
}


def settings(mechanism, who, **more):
    return {'bootstrap.servers': servers, 'sasl.mechanisms': mechanism, **TLS, **who, **more}


def check(mechanism):
    who = USERS[mechanism]
    topic = '-'.join(['confluent', mechanism, TLS['security.protocol'], run])
    producer = Producer(settings(mechanism, who))
    failed = []
    producer.produce(topic, b'hello', on_delivery=lambda error, _: failed.append(error) if error else None)
    assert producer.flush(120) == 0 and not failed, failed
    consumer = Consumer(settings(mechanism, who, **{'group.id': topic, 'auto.offset.reset': 'earliest'}))
    consumer.assign([TopicPartition(topic, 0, 0)])
    message = consumer.poll(120)
    assert message is not None and message.error() is None and message.value() == b'hello', message
    consumer.close()
    wrong = bearer(token[:-8]) if mechanism == 'OAUTHBEARER' else {**who, 'sasl.password': 'guess'}
    errors = []
    admin = AdminClient(settings(mechanism, wrong, error_cb=errors.append))
    end = time.monotonic() + 120
    while not any(error.name() == '_AUTHENTICATION' for error in errors):
        assert time.monotonic() < end, errors
        admin.poll(0.1)
    try:
        admin.list_topics(timeout=0.2)
        raise AssertionError(mechanism + ' took a wrong password')
    except KafkaException:
        pass
    return mechanism


# Side by side, for they mostly wait.
with ThreadPoolExecutor() as pool:
    print('passed:', *pool.map(check, USERS))
