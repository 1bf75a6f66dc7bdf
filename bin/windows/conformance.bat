@echo off
rem SPDX-License-Identifier: Apache-2.0
setlocal
call "%~dp0lib\java.bat" || exit /b 1
call "%~dp0lib\program.bat" conformance bin/conformance || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx512m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC"
if not defined VARVE_KIT_LOG set "VARVE_KIT_LOG=off"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=%VARVE_KIT_LOG% %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" io.varve.conformance.shell.Conformance %*
