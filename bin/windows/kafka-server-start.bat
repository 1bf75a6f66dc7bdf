@echo off
rem SPDX-License-Identifier: Apache-2.0
if "%~1"=="" (
  echo Usage: %~nx0 config\server.properties [--override key=value]... 1>&2
  exit /b 1
)
call "%~dp0lib\server.bat" %*
