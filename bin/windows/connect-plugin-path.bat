@echo off
rem SPDX-License-Identifier: Apache-2.0
call "%~dp0lib\connect.bat" tools-logback.xml org.apache.kafka.tools.ConnectPluginPath %*
