@echo off
rem SPDX-License-Identifier: Apache-2.0
rem build.bat MODULE: packages a module and what it depends on, without tests. Only what is missing is built here; after a
rem change of the sources run: mvn package -DskipTests
where mvn >nul 2>nul || (
  echo %1 has to be built first, but Maven was not found: install Maven 3.8 or newer and put mvn on the PATH. 1>&2
  exit /b 1
)
echo Building %1 ^(the first time fetches its libraries; a minute or two^) ... 1>&2
rem What a backend's own tests bring along, such as a bucket, is among its test classes, and part of the conformance kit.
set "TESTS=-Dmaven.test.skip=true"
if "%1"=="bin/conformance" set "TESTS=-DskipTests"
pushd "%VARVE_HOME%"
call mvn -B -ntp -pl %1 -am package %TESTS% -Dspotless.apply.skip=true -Dspotless.check.skip=true -Denforcer.skip=true 1>&2
set "BUILT=%ERRORLEVEL%"
popd
exit /b %BUILT%
