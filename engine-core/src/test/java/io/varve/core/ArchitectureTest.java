// SPDX-License-Identifier: Apache-2.0
package io.varve.core;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Checks which package of the engine uses which: no network, no Kafka, no backend, and no libraries but
 * logging and the codecs.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.core";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            # package    | what it may use
            *            | .
            .            |
            record       | net.jpountz.. com.github.luben.zstd.. org.xerial.snappy..
            runtime      |
            spi          | record runtime
            spi.support  | spi record
            directory    | spi spi.support runtime
            memory       | spi spi.support record runtime
            transaction  | record
            producer     | transaction record
            retention    | spi
            compaction   | transaction producer spi spi.support record runtime
            log          | log.config log.append log.read log.epoch log.recovery
                         | compaction retention transaction producer spi spi.support record runtime
            log.config   | compaction retention spi record
            log.append   | log.config transaction producer spi record
            log.read     | transaction spi record
            log.epoch    | spi record
            log.recovery | log.read transaction producer spi record runtime
            event        | log log.append log.read spi record runtime
            embedded     | engine event log log.append log.config log.read compaction spi record runtime
            engine       | log log.config compaction retention spi spi.support record runtime
            """);

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packagesUseOnlyWhatTheTableNames() {
        PACKAGES.check(MAIN);
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        MachineCalls.onlyIn(ROOT + ".runtime..").check(MAIN);
    }
}
