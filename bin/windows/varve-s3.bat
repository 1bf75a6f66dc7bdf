@echo off
rem SPDX-License-Identifier: Apache-2.0
setlocal
call "%~dp0lib\java.bat" || exit /b 1
if not exist "%VARVE_HOME%\bin\s3\target\lib" call "%~dp0lib\build.bat" bin/s3 || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xmx256m"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
"%JAVA%" %KAFKA_HEAP_OPTS% -XX:+UseSerialGC -XX:TieredStopAtLevel=1 %NATIVE% -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn %KAFKA_OPTS% -cp "%VARVE_HOME%\bin\s3\target\s3-server.jar;%VARVE_HOME%\bin\s3\target\lib\*%CLASSPATH%" io.varve.s3server.S3ServerMain %*
