// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks what this module may use: the server, its configuration and its addresses, and JUnit; and what it
 * brings along.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.test";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            server = io.varve.server
            # package | what it may use
            .         | io.varve.core.runtime server server.cluster server.config org.junit.jupiter.api..
                      | org.junit.platform.commons.support..
            """);

    /**
     * What comes along with this module, as Maven resolves it: no logging back end, no command line, no SDK
     * of a bucket.
     */
    private static final List<String> BILL = List.of(
            "at.yawk.lz4:lz4-java",
            "com.dynatrace.hash4j:hash4j",
            "com.fasterxml.jackson.core:jackson-annotations",
            "com.fasterxml.jackson.core:jackson-core",
            "com.fasterxml.jackson.core:jackson-databind",
            "com.github.luben:zstd-jni",
            "com.google.re2j:re2j",
            "com.yammer.metrics:metrics-core",
            "io.netty:netty-buffer",
            "io.netty:netty-codec-base",
            "io.netty:netty-codec-compression",
            "io.netty:netty-codec-http",
            "io.netty:netty-common",
            "io.netty:netty-handler",
            "io.netty:netty-resolver",
            "io.netty:netty-transport",
            "io.netty:netty-transport-classes-epoll",
            "io.netty:netty-transport-native-epoll",
            "io.netty:netty-transport-native-unix-common",
            "io.prometheus:prometheus-metrics-config",
            "io.prometheus:prometheus-metrics-core",
            "io.prometheus:prometheus-metrics-exposition-textformats",
            "io.prometheus:prometheus-metrics-model",
            "io.varve:backend-file",
            "io.varve:engine-core",
            "io.varve:protocol-server",
            "org.apache.kafka:kafka-clients",
            "org.apache.kafka:kafka-coordinator-common",
            "org.apache.kafka:kafka-group-coordinator",
            "org.apache.kafka:kafka-group-coordinator-api",
            "org.apache.kafka:kafka-metadata",
            "org.apache.kafka:kafka-raft",
            "org.apache.kafka:kafka-server-common",
            "org.apache.kafka:kafka-share-coordinator",
            "org.apache.kafka:kafka-storage",
            "org.apache.kafka:kafka-storage-api",
            "org.apache.kafka:kafka-transaction-coordinator",
            "org.hdrhistogram:HdrHistogram",
            "org.pcollections:pcollections",
            "org.bitbucket.b_c:jose4j",
            "org.slf4j:slf4j-api",
            "org.xerial.snappy:snappy-java");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesUseOnlyWhatTheTableNames() {
        PACKAGES.check(MAIN);
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        MachineCalls.onlyIn().check(MAIN);
    }

    @Test
    void nothingElseComesAlong() throws IOException {
        List<String> resolved = Files.readAllLines(Path.of("target/dependencies.txt")).stream()
                .map(String::strip)
                .filter(line -> line.contains(":jar:"))
                .map(line -> line.split(":")[0] + ":" + line.split(":")[1])
                .distinct() // one for each processor, with native code
                .toList();
        assertThat(resolved).containsExactlyInAnyOrderElementsOf(BILL);
    }
}
