@echo off
rem SPDX-License-Identifier: Apache-2.0
if "%~1"=="" (
  echo USAGE: %0 config\server.properties [--override key=value]...
  exit /b 1
)
call "%~dp0lib\server.bat" %*
