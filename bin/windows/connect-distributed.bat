@echo off
rem SPDX-License-Identifier: Apache-2.0
call "%~dp0lib\connect.bat" connect-logback.xml org.apache.kafka.connect.cli.ConnectDistributed %*
