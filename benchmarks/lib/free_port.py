#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a port of the loopback address for a server that is not started yet: one that the system, which
gives those of its own range to whoever connects, gives to nobody."""
import random
import socket


def free_port():
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
            end = int(f.read().split()[0])
    except OSError:
        end = 32768
    while True:
        with socket.socket() as s:
            port = random.randrange(min(20000, end - 1000), end)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


if __name__ == "__main__":
    print(free_port())
