@echo off
rem SPDX-License-Identifier: Apache-2.0
rem tool.bat CLASS ARGUMENT...: runs one of Apache Kafka's tools.
setlocal
call "%~dp0java.bat" || exit /b 1
call "%~dp0program.bat" tools bin/tools || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx256m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true "-Dlogback.configurationFile=%VARVE_HOME%\config\tools-logback.xml" %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" %*
