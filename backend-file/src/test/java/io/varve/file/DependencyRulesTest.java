// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    @Test
    void aBackendKnowsTheSpiAndNothingElseOfTheEngine() {
        JavaClasses backend = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.varve.file");
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.slf4j..",
                        "io.varve.file..",
                        "io.varve.core",
                        "io.varve.core.spi..",
                        "io.varve.core.record..",
                        "io.varve.core.runtime..")
                .check(backend);
    }
}
