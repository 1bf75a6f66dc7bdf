// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Says which package of the kit may use which, and which part of the engine: no backend but the one in
 * memory.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.conformance";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core  = io.varve.core
            junit = org.junit
            # package    | what it may use
            *            | core core.spi.. core.record core.runtime
            batch        |
            rig          | core.memory junit..
            history      | batch rig core.memory
            crash        | batch rig
            powercut     | crash rig com.sun.nio.file
            contract     | batch rig history crash core.memory junit.. org.assertj.. com.sun.management
            compaction   | rig core.compaction core.log.. core.producer core.transaction org.assertj..
            determinism  | rig core.compaction core.engine core.event core.log.. core.retention core.transaction org.assertj..
            .            | contract rig compaction determinism powercut core.engine junit..
            run          | . contract rig junit..
            shell        | run contract rig history powercut core.memory picocli..
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
}
