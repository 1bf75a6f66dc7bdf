@echo off
rem SPDX-License-Identifier: Apache-2.0
rem Windows has no signal that lets a process finish: this ends it, and the next start recovers.
wmic process where (commandline like "%%io.varve.server.Main%%" and not name="wmic.exe") delete
