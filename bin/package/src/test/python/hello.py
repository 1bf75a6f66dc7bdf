# SPDX-License-Identifier: Apache-2.0
"""Says hello through the server at argv[1] with kafka-python, and prints what comes back."""
import sys

from kafka import KafkaConsumer, KafkaProducer

producer = KafkaProducer(bootstrap_servers=sys.argv[1], api_version_auto_timeout_ms=30000)
producer.send('sample', b'Hello, World!').get(timeout=30)
producer.close()
for message in KafkaConsumer('sample', bootstrap_servers=sys.argv[1], auto_offset_reset='earliest', group_id=None,
                             consumer_timeout_ms=30000, api_version_auto_timeout_ms=30000):
    print(message.value.decode())
    break
