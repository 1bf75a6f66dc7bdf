@echo off
rem SPDX-License-Identifier: Apache-2.0
rem offline.bat CLASS ARGUMENT...: runs one of our own programs: on the data directories of a server that is not running, or a client.
setlocal
call "%~dp0java.bat" || exit /b 1
call "%~dp0program.bat" server protocol-server || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx512m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true "-Dvarve.home=%VARVE_HOME%" "-Dvarve.state=%STATE%" "-Dlogback.configurationFile=%VARVE_HOME%\config\tools-logback.xml" %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" %*
