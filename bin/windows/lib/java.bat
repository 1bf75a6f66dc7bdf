@echo off
rem SPDX-License-Identifier: Apache-2.0
rem Sets VARVE_HOME, JAVA and NATIVE for server.bat and tool.bat; fails with one line when there is no fitting Java.
for %%d in ("%~dp0..\..\..") do set "VARVE_HOME=%%~fd"
set "JAVA="
rem An installation that brings its own runtime uses no other.
if exist "%VARVE_HOME%\runtime\bin\java.exe" set "JAVA_HOME=%VARVE_HOME%\runtime"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if not defined JAVA for %%i in (java.exe) do set "JAVA=%%~$PATH:i"
if not defined JAVA (
  echo Java was not found: install Java 17 or newer and put it on the PATH, or set JAVA_HOME. 1>&2
  exit /b 1
)
if not exist "%JAVA%" (
  echo JAVA_HOME is %JAVA_HOME%, but there is no bin\java.exe in it: point it at Java 17 or newer. 1>&2
  exit /b 1
)
set "JAVA_VERSION="
for /f "tokens=3" %%v in ('""%JAVA%" -version 2^>^&1 ^| findstr /i "version""') do if not defined JAVA_VERSION set "JAVA_VERSION=%%~v"
set "JAVA_MAJOR=0"
for /f "tokens=1 delims=.-+" %%m in ("%JAVA_VERSION%") do set "JAVA_MAJOR=%%m"
if %JAVA_MAJOR% LSS 17 (
  echo %JAVA% is Java %JAVA_VERSION%: Varve needs Java 17 or newer ^(set JAVA_HOME^). 1>&2
  exit /b 1
)
set "NATIVE=--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
if %JAVA_MAJOR% GEQ 24 set "NATIVE=%NATIVE% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
rem As launch.sh: a release that nobody has tried yet may have done away with these flags.
if %JAVA_MAJOR% GEQ 28 set "NATIVE=%NATIVE% -XX:+IgnoreUnrecognizedVMOptions"
exit /b 0
