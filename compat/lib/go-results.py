#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the output of `go test -json` into results: pass, fail or skip, a tab, and the test's name."""

import json
import sys

for line in sys.stdin:
    try:
        event = json.loads(line)
    except ValueError:
        print(f"not JSON: {line.rstrip()}", file=sys.stderr)
        continue
    package = event.get("Package", event.get("ImportPath", "")).rsplit("/", 1)[-1]
    if event.get("Action") in ("pass", "fail", "skip") and "Test" in event:
        print(f"{event['Action']}\t{package}.{event['Test']}")
    elif event.get("Action") == "fail":
        # A package that fails beside its tests: it did not compile, panicked, or ran out of time.
        print(f"fail\t{package}")
