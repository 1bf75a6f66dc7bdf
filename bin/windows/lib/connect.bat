@echo off
rem SPDX-License-Identifier: Apache-2.0
rem connect.bat LOG_CONFIG CLASS ARGUMENT...: runs a program of Kafka Connect.
setlocal
call "%~dp0java.bat" || exit /b 1
call "%~dp0program.bat" connect bin/connect || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xms256m -Xmx2g"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
set "LOG_CONFIG=%~1"
rem What follows the first argument: shift leaves %* as it is.
for /f "tokens=1,* delims= " %%a in ("%*") do set "REST=%%b"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true "-Dlogback.configurationFile=%VARVE_HOME%\config\%LOG_CONFIG%" %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" %REST%
