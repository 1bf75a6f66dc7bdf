# SPDX-License-Identifier: Apache-2.0
# The hello world of kafka-python's tutorials, word for word; a test reads it with another port put in, and ends it.
from kafka import KafkaProducer, KafkaConsumer
producer = KafkaProducer(bootstrap_servers='localhost:9092')
producer.send('sample', b'Hello, World!')
producer.send('sample', key=b'message-two', value=b'This is Kafka-Python')
producer.flush(); producer.close()
for message in KafkaConsumer('sample', auto_offset_reset='earliest', group_id=None): print(message)
