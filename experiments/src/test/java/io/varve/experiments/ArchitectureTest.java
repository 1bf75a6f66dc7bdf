// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Says what each package of the experiments may use. Backends are found by ServiceLoader, never named. Only
 * the tier is named, which gets a simulated bucket.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.experiments";

    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core = io.varve.core
            s3 = io.varve.s3
            jackson = com.fasterxml.jackson
            # package    | what it may use
            *            | core core.spi
            batch        | scenario core.record
            headers      | batch core.memory core.record core.runtime
            result       | jackson.annotation jackson.core.. jackson.databind..
            # Topics' settings mean what they mean to the server.
            scenario     | org.snakeyaml.engine.. core.log.config core.record org.apache.kafka.common
                         | org.apache.kafka.common.config org.apache.kafka.common.errors
                         | io.varve.server.metadata.config s3.price
            workload     | batch scenario core.log core.log.append core.log.config core.log.read core.record core.runtime
            bucket       | batch workload core.runtime s3.client
            run          | bucket workload headers batch scenario result core.compaction core.engine core.log core.log.config core.memory
                         | core.retention core.runtime s3 s3.client s3.price org.apache.kafka.common.config
            report       | result jackson.core jackson.databind
            # Kafka's internal classes of requests and batches: a consumer does not tell how records were batched.
            trace        | scenario workload core.record core.runtime com.dynatrace.hash4j.distinctcount
                         | com.dynatrace.hash4j.hashing org.apache.kafka.. io.varve.server.command
            command      | run workload report result scenario trace picocli core.runtime io.varve.server.command
                         | org.apache.kafka.common
            """);

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
}
