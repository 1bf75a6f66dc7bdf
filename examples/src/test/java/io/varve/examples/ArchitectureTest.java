// SPDX-License-Identifier: Apache-2.0
package io.varve.examples;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/** Checks that the examples show what a stranger needs, and nothing from inside the engine. */
class ArchitectureTest {
    @Test
    void examplesUseTheLibraryOnly() {
        new PackageTable("io.varve.examples", """
                # package | what it may use
                bank      | io.varve.core.embedded io.varve.core.event
                """)
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.varve.examples"));
    }
}
