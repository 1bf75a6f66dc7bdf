# SPDX-License-Identifier: Apache-2.0
"""Starts Varve, a log server that speaks Kafka's protocol, for tests."""

from .server import Varve, VarveError

__all__ = ["Varve", "VarveError"]
