# SPDX-License-Identifier: Apache-2.0
"""Creates a topic over the wire, so that the plugin needs no Kafka client.

CreateTopics, version 2:

    request   header: length int32, api key int16, version int16, correlation id int32, client id string
              topics array of (name string, partitions int32, replication factor int16, assignments array,
              configs array of (name string, value string)), timeout int32 in ms, validate only bool
    response  length int32, correlation id int32, throttle int32,
              topics array of (name string, error int16, message nullable string)

A string is its length as int16 and its UTF-8 bytes, an array its number of elements as int32 and the elements.
"""

import socket
import struct

CREATE_TOPICS = 19
VERSION = 2
CORRELATION_ID = 1
TIMEOUT_S = 30


def create_topic(host, port, name, partitions, config):
    """Returns when clients can use the topic. Raises RuntimeError with the broker's reason when it refuses."""
    body = struct.pack(">i", 1) + _string(name) + struct.pack(">ihi", partitions, 1, 0) + struct.pack(">i", len(config))
    for key, value in config.items():
        body += _string(key) + _string(str(value))
    body += struct.pack(">i?", TIMEOUT_S * 1000, False)
    header = struct.pack(">hhi", CREATE_TOPICS, VERSION, CORRELATION_ID) + _string("pytest-varve")
    with socket.create_connection((host, port), TIMEOUT_S) as connection:
        connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        (length,) = struct.unpack(">i", _read(connection, 4))
        answer = _read(connection, length)
    error, reason = _outcome(answer)
    if error != 0:
        raise RuntimeError(f"Varve refused to create the topic {name}: {reason or 'error ' + str(error)}")


def _string(text):
    encoded = text.encode()
    return struct.pack(">h", len(encoded)) + encoded


def _outcome(answer):
    at = 4 + 4 + 4  # the correlation id, the throttle, the number of topics: one
    (size,) = struct.unpack_from(">h", answer, at)
    error, length = struct.unpack_from(">hh", answer, at + 2 + size)
    begin = at + 2 + size + 4
    return error, answer[begin : begin + length].decode() if length >= 0 else None


def _read(connection, count):
    read = b""
    while len(read) < count:
        more = connection.recv(count - len(read))
        if not more:
            raise ConnectionError("Varve closed the connection instead of answering")
        read += more
    return read
