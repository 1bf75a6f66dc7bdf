@echo off
rem SPDX-License-Identifier: Apache-2.0
call "%~dp0lib\offline.bat" io.varve.server.doctor.DoctorCommand %*
