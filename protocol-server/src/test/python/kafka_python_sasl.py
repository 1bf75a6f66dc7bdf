# SPDX-License-Identifier: Apache-2.0
"""kafka-python authenticates with the server at argv[3] by every mechanism; argv[1] makes topics differ between runs, argv[2] is a
token of OAUTHBEARER, argv[4], for TLS, has the certificate of who has signed the server's."""
import sys
from concurrent.futures import ThreadPoolExecutor

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

try:
    from kafka.net.sasl.oauth import AbstractTokenProvider
except ImportError:
    from kafka.oauth.abstract import AbstractTokenProvider

run, token, servers = sys.argv[1:4]
TLS = dict(security_protocol='SASL_SSL', ssl_cafile=sys.argv[4]) if sys.argv[4:] else dict(security_protocol='SASL_PLAINTEXT')


class Given(AbstractTokenProvider):
    def __init__(self, given=token):
        self.given = given

    def token(self):
        return self.given

    def extensions(self):
        return {}


PATIENCE = {} if kafka.__version__.startswith('2.') else {'bootstrap_timeout_ms': 3000}
USERS = {
    'PLAIN': dict(sasl_plain_username='alice', sasl_plain_password='a-secret'),
    'SCRAM-SHA-256': dict(sasl_plain_username='bob', sasl_plain_password='b-secret'),
    'SCRAM-SHA-512': dict(sasl_plain_username='bob', sasl_plain_password='b-secret'),
    'OAUTHBEARER': dict(sasl_oauth_token_provider=Given()),
}


def settings(mechanism, **who):
    return dict(bootstrap_servers=servers, sasl_mechanism=mechanism, **TLS, **who)


def check(mechanism):
    who = USERS[mechanism]
    topic = '-'.join(['python', mechanism, TLS['security_protocol'], run])
    producer = KafkaProducer(**settings(mechanism, **who))
    assert producer.send(topic, b'hello').get(timeout=120).offset == 0
    producer.close()
    consumer = KafkaConsumer(auto_offset_reset='earliest', consumer_timeout_ms=120000, **settings(mechanism, **who))
    consumer.assign([TopicPartition(topic, 0)])
    assert next(consumer).value == b'hello'
    consumer.close()
    wrong = dict(sasl_oauth_token_provider=Given(token[:-8])) if 'sasl_plain_password' not in who else dict(
        who, sasl_plain_password='guess')
    try:
        KafkaProducer(max_block_ms=3000, **PATIENCE, **settings(mechanism, **wrong)).send(topic, b'never').get(timeout=5)
        raise AssertionError(mechanism + ' took a wrong password')
    except KafkaError:
        return mechanism


# Side by side, for they mostly wait.
with ThreadPoolExecutor() as pool:
    print('passed:', *pool.map(check, USERS), 'with kafka-python', kafka.__version__)
