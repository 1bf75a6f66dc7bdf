@echo off
rem SPDX-License-Identifier: Apache-2.0
echo No ZooKeeper is needed: Varve keeps its metadata in its own log. Go on with bin\windows\kafka-server-start.bat config\server.properties 1>&2
