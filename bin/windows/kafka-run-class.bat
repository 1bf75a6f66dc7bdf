@echo off
rem SPDX-License-Identifier: Apache-2.0
if "%~1"=="" (
  echo USAGE: %0 class [argument]...
  exit /b 1
)
setlocal
rem Names the classes had before Kafka 3.7, which tutorials still use.
set "CLASS=%~1"
if "%~1"=="kafka.tools.GetOffsetShell" set "CLASS=org.apache.kafka.tools.GetOffsetShell"
if "%~1"=="kafka.tools.DumpLogSegments" set "CLASS=org.apache.kafka.tools.DumpLogSegments"
if "%~1"=="kafka.tools.ConsoleConsumer" set "CLASS=org.apache.kafka.tools.consumer.ConsoleConsumer"
if "%~1"=="kafka.tools.ConsoleProducer" set "CLASS=org.apache.kafka.tools.ConsoleProducer"
if "%~1"=="kafka.admin.TopicCommand" set "CLASS=org.apache.kafka.tools.TopicCommand"
if "%~1"=="kafka.admin.ConsumerGroupCommand" set "CLASS=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
rem What follows the first argument: shift leaves %* as it is.
for /f "tokens=1,* delims= " %%a in ("%*") do set "REST=%%b"
call "%~dp0lib\tool.bat" %CLASS% %REST%
