@echo off
rem SPDX-License-Identifier: Apache-2.0
if "%~1"=="" (
  echo USAGE: %0 mm2.properties
  exit /b 1
)
call "%~dp0lib\connect.bat" connect-logback.xml org.apache.kafka.connect.mirror.MirrorMaker %*
