#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a report in JUnit's XML, as pytest writes it, into results: pass, fail or skip, a tab, and the test's name."""

import sys
import xml.etree.ElementTree as ElementTree

for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    kinds = {child.tag for child in case}
    outcome = "fail" if kinds & {"failure", "error"} else "skip" if "skipped" in kinds else "pass"
    print(f"{outcome}\t{case.get('classname').rsplit('.', 1)[-1]}.{case.get('name')}")
