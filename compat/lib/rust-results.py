#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the output of `cargo test` into results: pass, fail or skip, a tab, and the test's name."""

import re
import sys

OUTCOMES = {"ok": "pass", "FAILED": "fail", "ignored": "skip"}
binary, begun, ended = "", set(), set()
for line in sys.stdin:
    running = re.search(r"Running (?:tests/)?(\S+?)(?:\.rs)? \(", line)
    if running:
        binary = running.group(1)
    # What a test prints may stand between its name and its outcome.
    start = re.match(r"test (\S+) \.\.\. ?", line)
    if start:
        begun.add(f"{binary}.{start.group(1)}")
        current = start.group(1)
    outcome = re.search(r"(?:^|\.\.\. |\s)(ok|FAILED|ignored)(?:,.*)?$", line.rstrip())
    if outcome and begun - ended:
        name = f"{binary}.{current}"
        if name not in ended:
            ended.add(name)
            print(f"{OUTCOMES[outcome.group(1)]}\t{name}")
    if line.startswith("error: could not compile"):
        print("fail\tcompilation")
for name in sorted(begun - ended):
    print(f"fail\t{name}")
