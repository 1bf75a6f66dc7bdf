// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.memory.MemoryStorageProvider;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same file gives the same bytes: twice in this process, and in another one. */
class EqualRunsTest {
    private static final String SCENARIO = """
            name: equal
            seed: 4
            start: 2026-06-01T00:00:00Z
            duration: 90m
            sample: 10m
            scale: 1/10
            backend: {name: BACKEND}
            topics:
              - {name: orders, partitions: 3, config: {segment.bytes: 1MiB}}
              - {name: keyed, partitions: 2, config: {cleanup.policy: compact, segment.bytes: 1MiB, min.cleanable.dirty.ratio: 0.2}}
            producers:
              - topic: orders
                rate: 3kB/s
                record-size: {lognormal: {median: 500, p99: 2KiB, max: 8KiB}}
                batch: {linger: 2m, max: 64KiB}
              - topic: keyed
                rate: 2kB/s
                record-size: {uniform: {min: 100, max: 500}}
                batch: {linger: 2m, max: 64KiB}
                keys: {cardinality: 500, skew: 0.7}
                tombstones: 0.05
            consumers:
              - {name: tails, topic: orders, kind: tailing, poll: 60s}
              - {name: stops, topic: orders, kind: stopping, from: 20m, to: 70m}
            policies:
              grid:
                retention.ms: [15m, 40m]
            """;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"headers", "memory", "file", "lmdb", "s3, hot: headers", "s3, hot: lmdb"})
    void theSameFileGivesTheSameBytes(String backend) throws Exception {
        Path scenario = Files.writeString(directory.resolve("scenario.yaml"), SCENARIO.replace("BACKEND", backend));
        Path first = report(scenario, "first");
        assertSameFiles(first, report(scenario, "second"));
        assertSameFiles(first, reportOfAnotherProcess(scenario));
        assertThat(first.resolve("segments.csv")).content().contains("its newest record is older than retention.ms");
    }

    private Path report(Path scenario, String name) {
        Path report = directory.resolve(name);
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        assertThat(ExperimentCommand.run(
                        nowhere, System.err, "run", scenario.toString(), "--report", report.toString(), "--jobs", "2"))
                .isZero();
        return report;
    }

    private Path reportOfAnotherProcess(Path scenario) throws Exception {
        Path report = directory.resolve("other");
        List<String> command = JavaCommand.of(TestedBackend.of(new MemoryStorageProvider()), ExperimentCommand.class);
        command.addAll(List.of("run", scenario.toString(), "--report", report.toString()));
        ChildRun run = ChildRun.of(new ProcessBuilder(command));
        assertThat(run.exit()).as("%s", run.output()).isZero();
        return report;
    }

    private static void assertSameFiles(Path one, Path other) throws Exception {
        List<Path> files = files(one);
        assertThat(files(other)).isEqualTo(files);
        for (Path file : files) {
            assertThat(other.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
        }
    }

    private static List<Path> files(Path report) throws Exception {
        try (Stream<Path> all = Files.list(report)) {
            return all.map(Path::getFileName).sorted().toList();
        }
    }
}
