@echo off
rem SPDX-License-Identifier: Apache-2.0
setlocal
call "%~dp0lib\java.bat" || exit /b 1
call "%~dp0lib\program.bat" s3 bin/s3 || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx256m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
if not defined VARVE_S3_LOG set "VARVE_S3_LOG=warn"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=%VARVE_S3_LOG% %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" io.varve.s3server.S3ServerMain %*
