# SPDX-License-Identifier: Apache-2.0
"""The fixtures and options of the plugin. pytest loads this module."""

import re
import uuid
from pathlib import Path

import pytest

from .server import Varve, VarveError, find_home

MAX_NAME = 200


def pytest_addoption(parser):
    group = parser.getgroup("varve")
    group.addoption("--varve-home", metavar="DIR", help="where Varve is; otherwise VARVE_HOME")
    group.addoption(
        "--varve-override",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a setting of server.properties; may be repeated",
    )
    parser.addini("varve_home", "where Varve is; otherwise VARVE_HOME")
    parser.addini("varve_overrides", "settings of server.properties: KEY=VALUE, a line each", type="linelist")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "varve_topic(partitions=1, config=None): how the topic of the fixture varve_topic is created"
    )


def _overrides(config):
    settings = {}
    for pair in [*config.getini("varve_overrides"), *config.getoption("--varve-override")]:
        key, equals, value = pair.partition("=")
        if not key.strip() or not equals:
            raise VarveError(f"varve override {pair!r} must be KEY=VALUE")
        settings[key.strip()] = value.strip()
    return settings


@pytest.fixture(scope="session")
def varve(request, tmp_path_factory):
    """A server for the session."""
    config = request.config
    places = [config.rootpath, Path(__file__).resolve().parent]
    home = find_home(config.getoption("--varve-home") or config.getini("varve_home"), places)
    server = Varve(home, tmp_path_factory.mktemp("varve"), _overrides(config))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def varve_bootstrap_servers(varve):
    """host:port of the session's server."""
    return varve.bootstrap_servers


@pytest.fixture
def varve_topic(request, varve):
    """The name of a topic that was created for this test."""
    marker = request.node.get_closest_marker("varve_topic")
    said = marker.kwargs if marker else {}
    unknown = set(said) - {"partitions", "config"}
    if unknown or (marker and marker.args):
        raise VarveError("varve_topic takes partitions and config, each by its name")
    legal = re.sub(r"[^a-zA-Z0-9._-]", "-", request.node.name)[:MAX_NAME]
    name = f"{legal}-{uuid.uuid4().hex[:12]}"
    varve.create_topic(name, said.get("partitions", 1), said.get("config"))
    return name
