// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a backend may know: the storage SPI, records as bytes, the runtime and what directories need; never the log's meaning, never another backend. */
class ArchitectureTest {
    private static final String SELF = "io.varve.file";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(SELF);

    /** Of the JDK: calls that would take time, threads or randomness past the runtime. */
    private static final Map<String, Set<String>> MACHINE = Map.of(
            "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
            "java.lang.Thread", Set.of("<init>", "sleep", "ofPlatform", "ofVirtual", "startVirtualThread"),
            "java.lang.Math", Set.of("random"),
            "java.util.UUID", Set.of("randomUUID"),
            "java.util.Random", Set.of("<init>"),
            "java.util.concurrent.ThreadLocalRandom", Set.of("current"),
            "java.util.concurrent.ThreadPoolExecutor", Set.of("<init>"),
            "java.util.concurrent.ScheduledThreadPoolExecutor", Set.of("<init>"),
            "java.util.concurrent.ForkJoinPool", Set.of("<init>", "commonPool"),
            "java.time.Instant", Set.of("now"));

    @Test
    void knowsOnlyTheStorageSpiRecordsDirectoriesAndTheRuntime() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        SELF + "..",
                        "io.varve.core",
                        "io.varve.core.spi..",
                        "io.varve.core.record..",
                        "io.varve.core.directory..",
                        "io.varve.core.runtime..",
                        "java..",
                        "com.sun.management", // how many files the process may have open
                        "com.sun.nio.file", // writing past the system's memory
                        "org.slf4j.."))
                .check(MAIN);
    }

    @Test
    void takesTimeThreadsAndRandomnessFromTheRuntime() {
        noClasses().should().callCodeUnitWhere(reachesForTheMachine()).check(MAIN);
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent")
                        .and(DescribedPredicate.describe(
                                "Executors", type -> type.getSimpleName().equals("Executors"))))
                .check(MAIN);
    }

    private static DescribedPredicate<JavaCall<?>> reachesForTheMachine() {
        return DescribedPredicate.describe(
                "takes time, threads or randomness from the JDK",
                call -> MACHINE.getOrDefault(call.getTarget().getOwner().getName(), Set.of())
                        .contains(call.getTarget().getName()));
    }
}
