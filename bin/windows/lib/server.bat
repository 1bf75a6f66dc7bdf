@echo off
rem SPDX-License-Identifier: Apache-2.0
rem server.bat ARGUMENT...: runs the server.
setlocal
call "%~dp0java.bat" || exit /b 1
call "%~dp0program.bat" server protocol-server || exit /b 1
if not defined KAFKA_HEAP_OPTS set "KAFKA_HEAP_OPTS=-Xms32m -Xmx512m"
if not defined KAFKA_JVM_PERFORMANCE_OPTS set "KAFKA_JVM_PERFORMANCE_OPTS=-XX:+UseSerialGC -XX:NewRatio=5 -XX:+ExitOnOutOfMemoryError"
rem With JMX_PORT the JVM can be asked by kafka-jmx.bat: from this machine only, unless KAFKA_JMX_OPTS says otherwise.
if not defined JMX_PORT set "KAFKA_JMX_OPTS="
if defined JMX_PORT if not defined KAFKA_JMX_OPTS set "KAFKA_JMX_OPTS=-Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote.host=127.0.0.1 -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false"
if defined JMX_PORT set "KAFKA_JMX_OPTS=-Dcom.sun.management.jmxremote.port=%JMX_PORT% %KAFKA_JMX_OPTS%"
rem An empty part of a class path is the current directory.
if defined CLASSPATH set "CLASSPATH=;%CLASSPATH%"
rem As launch.sh: no search for leaked buffers, nothing set up that only Netty's defaults need, and the logging back end and the XML parser are named, for both end searches of all jars.
set "SEARCHES=-Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false -Dio.netty.allocator.type=unpooled -Dio.netty.processId=1 -Dio.netty.machineId=00:00:00:00:00:01 -Dslf4j.provider=io.varve.server.logging.ServerLogging -Dslf4j.internal.verbosity=WARN -Djavax.xml.parsers.SAXParserFactory=com.sun.org.apache.xerces.internal.jaxp.SAXParserFactoryImpl"
"%JAVA%" %KAFKA_HEAP_OPTS% %KAFKA_JVM_PERFORMANCE_OPTS% %NATIVE% -Djava.awt.headless=true %KAFKA_JMX_OPTS% -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:CompileThresholdScaling=4 "-XX:CompileCommandFile=%VARVE_HOME%\bin\lib\compiler-commands" -Xlog:disable "-Dvarve.home=%VARVE_HOME%" "-Dvarve.state=%STATE%" "-Dlogback.configurationFile=%VARVE_HOME%\config\logback.xml" %SEARCHES% %KAFKA_OPTS% -cp "%PROGRAM%%CLASSPATH%" io.varve.server.Main %*
