@echo off
rem SPDX-License-Identifier: Apache-2.0
call "%~dp0lib\tool.bat" org.apache.kafka.tools.consumer.group.ShareGroupCommand %*
