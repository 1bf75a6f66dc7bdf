#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""verdict.py RESULTS ALLOWED BROKER: compares results with the list of failures and skips that are allowed.

A line of RESULTS is pass, fail or skip, a tab, and a test's name. A line of ALLOWED is

    BROKERS OUTCOME PATTERN  # why

BROKERS is varve, kafka or both; OUTCOME is fail or skip; PATTERN is a test's name, where * stands for anything. A test that is
allowed to fail may pass: tests that fail now and then are allowed, too. Lines that begin with # are comments. The test around
a failed subtest fails with it, and is not counted.
"""

import fnmatch
import re
import sys

LINE = re.compile(r"(varve|kafka|both)\s+(fail|skip)\s+(\S+)\s+#\s*(\S.*)")


def read_allowed(path):
    entries = []
    for number, line in enumerate(open(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parsed = LINE.fullmatch(line.strip())
        if not parsed:
            sys.exit(f"{path}:{number}: must be: varve|kafka|both fail|skip PATTERN  # why")
        entries.append(parsed.groups())
    return entries


def read_results(path):
    results = {}
    for line in open(path):
        outcome, name = line.rstrip("\n").split("\t", 1)
        results[name] = outcome
    failed = [name for name, outcome in results.items() if outcome == "fail"]
    around = {name for name in failed if any(inner.startswith((name + "/", name + ".")) for inner in failed)}
    return {name: outcome for name, outcome in results.items() if name not in around}


def main(results_path, allowed_path, broker):
    allowed = [(outcome, pattern, why) for brokers, outcome, pattern, why in read_allowed(allowed_path)
               if brokers in (broker, "both")]
    results = read_results(results_path)
    used, unexpected = set(), []
    counts = {"pass": 0, "fail": 0, "skip": 0}
    for name, outcome in sorted(results.items()):
        counts[outcome] += 1
        if outcome == "pass":
            continue
        entry = next((e for e in allowed if e[0] == outcome and fnmatch.fnmatchcase(name, e[1])), None)
        if entry:
            used.add(entry)
            print(f"allowed {outcome}: {name}: {entry[2]}")
        else:
            unexpected.append(f"{outcome}: {name}")
    for entry in allowed:
        if entry not in used and entry[0] == "fail":
            print(f"did not fail this time: {entry[1]}")
    for line in unexpected:
        print(f"UNEXPECTED {line}")
    print(f"{broker}: {counts['pass']} passed, {counts['fail']} failed, {counts['skip']} skipped")
    if not counts["pass"]:
        sys.exit("No test passed.")
    sys.exit(1 if unexpected else 0)


main(*sys.argv[1:])
