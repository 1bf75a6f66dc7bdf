@echo off
rem SPDX-License-Identifier: Apache-2.0
rem program.bat NAME MODULE: sets PROGRAM to the jar of a program, which names its class path: in an installation in libs\, in a checkout
rem where Maven builds it; builds it first when it is missing. Sets STATE, the directory of what is written: VARVE_STATE, or VARVE_HOME.
set "STATE=%VARVE_HOME%"
if defined VARVE_STATE for %%d in ("%VARVE_STATE%") do set "STATE=%%~fd"
set "PROGRAM=%VARVE_HOME%\libs\varve-%1.jar"
if exist "%VARVE_HOME%\libs" (
  if exist "%PROGRAM%" exit /b 0
  echo %PROGRAM% is missing: unpack the archive of Varve again. 1>&2
  exit /b 1
)
set "MODULE=%2"
set "PROGRAM=%VARVE_HOME%\%MODULE:/=\%\target\varve-%1.jar"
if not exist "%PROGRAM%" call "%~dp0build.bat" %2 || exit /b 1
exit /b 0
