# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka reads the topic orders and fails to write to it: at argv[1] by the certificate in argv[4], at argv[2] by SCRAM, at
argv[5] by SCRAM with the certificate in argv[6]; argv[3] has the certificate of who has signed the server's."""
import sys

from confluent_kafka import Consumer, KafkaError, Producer

certified, scram, authority, identity, mutual, other = sys.argv[1:7]
BOB = {'sasl.mechanisms': 'SCRAM-SHA-512', 'sasl.username': 'bob', 'sasl.password': 'b-secret'}
USERS = {
    'SSL': {'bootstrap.servers': certified, 'ssl.certificate.location': identity, 'ssl.key.location': identity},
    'SASL_SSL': {'bootstrap.servers': scram, **BOB},
    'both': {'bootstrap.servers': mutual, 'ssl.certificate.location': other, 'ssl.key.location': other, **BOB},
}

for name, user in USERS.items():
    settings = {'security.protocol': 'SSL' if name == 'SSL' else 'SASL_SSL', 'ssl.ca.location': authority, **user}
    consumer = Consumer({'group.id': 'confluent-' + name, 'auto.offset.reset': 'earliest', **settings})
    consumer.subscribe(['orders'])
    for expected in (b'one', b'two'):
        message = consumer.poll(120)
        assert message is not None and message.error() is None and message.value() == expected, message
    consumer.close()
    producer = Producer(settings)
    answers = []
    producer.produce('orders', b'never', on_delivery=lambda error, _: answers.append(error))
    assert producer.flush(120) == 0
    assert answers[0] is not None and answers[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED, answers

print('passed:', *USERS)
