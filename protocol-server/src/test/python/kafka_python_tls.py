# SPDX-License-Identifier: Apache-2.0
"""kafka-python reads the topic orders and fails to write to it: at argv[1] by the certificate in argv[4], at argv[2] by SCRAM, at
argv[5] by SCRAM with the certificate in argv[6]; argv[3] has the certificate of who has signed the server's."""
import sys

import kafka
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import TopicAuthorizationFailedError

# Idempotent producers fail earlier, when they ask for an identity.
PLAINLY = {} if kafka.__version__.startswith('2.') else {'enable_idempotence': False}
certified, scram, authority, identity, mutual, other = sys.argv[1:7]
BOB = dict(sasl_mechanism='SCRAM-SHA-512', sasl_plain_username='bob', sasl_plain_password='b-secret')
USERS = {
    'SSL': dict(bootstrap_servers=certified, ssl_certfile=identity, ssl_keyfile=identity),
    'SASL_SSL': dict(bootstrap_servers=scram, **BOB),
    'both': dict(bootstrap_servers=mutual, ssl_certfile=other, ssl_keyfile=other, **BOB),
}

for name, user in USERS.items():
    settings = dict(security_protocol='SSL' if name == 'SSL' else 'SASL_SSL', ssl_cafile=authority, **user)
    group = 'kafka-python-' + kafka.__version__ + '-' + name
    consumer = KafkaConsumer('orders', group_id=group, auto_offset_reset='earliest', consumer_timeout_ms=120000, **settings)
    assert [next(consumer).value, next(consumer).value] == [b'one', b'two']
    consumer.close()
    producer = KafkaProducer(**PLAINLY, **settings)
    try:
        producer.send('orders', b'never').get(timeout=120)
        raise AssertionError('it may write')
    except TopicAuthorizationFailedError:
        pass
    producer.close()

print('passed:', *USERS, 'with kafka-python', kafka.__version__)
