@echo off
rem SPDX-License-Identifier: Apache-2.0
echo No ZooKeeper is running, and none is needed. 1>&2
