// SPDX-License-Identifier: Apache-2.0
package io.varve.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which room may know which; dependencies point up the list only. */
class ArchitectureTest {
    private static final String ROOT = "io.varve.core";

    /** What each package may use of the others, besides itself and the root's exceptions. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("record", Set.of()),
            Map.entry("runtime", Set.of()),
            Map.entry("spi", Set.of("record", "runtime")),
            Map.entry("spi.support", Set.of("spi", "record")),
            Map.entry("directory", Set.of("spi.support", "spi", "runtime")),
            Map.entry("memory", Set.of("spi.support", "spi", "record", "runtime")),
            Map.entry("transaction", Set.of()),
            Map.entry("producer", Set.of("transaction", "record")),
            Map.entry("retention", Set.of("spi")),
            Map.entry("compaction", Set.of("transaction", "producer", "spi", "record", "runtime")),
            Map.entry("log.config", Set.of("compaction", "retention", "spi", "record")),
            Map.entry("log.append", Set.of("log.config", "transaction", "producer", "spi", "record")),
            Map.entry("log.read", Set.of("transaction", "spi", "record")),
            Map.entry("log.epoch", Set.of("spi", "record")),
            Map.entry("log.recovery", Set.of("log.read", "transaction", "producer", "spi", "record", "runtime")),
            Map.entry(
                    "log",
                    Set.of(
                            "log.config",
                            "log.append",
                            "log.read",
                            "log.epoch",
                            "log.recovery",
                            "compaction",
                            "retention",
                            "transaction",
                            "producer",
                            "spi",
                            "record",
                            "runtime")),
            Map.entry("event", Set.of("log", "log.append", "log.read", "spi", "record", "runtime")),
            Map.entry("engine", Set.of("log", "log.config", "compaction", "retention", "spi", "record", "runtime")));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void everyPackageSaysWhatItMayUse() {
        Set<String> packages = new TreeSet<>();
        MAIN.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.equals(ROOT))
                .forEach(name -> packages.add(name.substring(ROOT.length() + 1)));
        assertThat(packages)
                .as("a new package names what it may use in ALLOWED")
                .isSubsetOf(ALLOWED.keySet());
    }

    @Test
    void packagesUseOnlyTheRoomsAboveThem() {
        ALLOWED.forEach((name, uses) -> {
            Set<String> known = new TreeSet<>(Set.of(ROOT, ROOT + "." + name));
            uses.forEach(used -> known.add(ROOT + "." + used));
            classes()
                    .that()
                    .resideInAPackage(ROOT + "." + name)
                    .should()
                    .onlyDependOnClassesThat(
                            not(resideInAPackage(ROOT + "..")).or(resideInAnyPackage(known.toArray(String[]::new))))
                    .check(MAIN);
        });
    }

    @Test
    void theRootKnowsNothing() {
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".*.."))
                .check(MAIN);
    }

    /** No Netty, no Kafka, no AWS, no backend: whatever is not listed here. */
    @Test
    void theEngineStandsOnTheJdkAndLoggingAlone() {
        classes()
                .that()
                .resideOutsideOfPackage(ROOT + ".record..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(ROOT + "..", "java..", "org.slf4j.."))
                .check(MAIN);
    }

    @Test
    void onlyTheRecordRoomKnowsTheCodecsLibraries() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".record..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        ROOT + "..", "java..", "net.jpountz..", "com.github.luben.zstd..", "org.xerial.snappy.."))
                .check(MAIN);
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".runtime..")
                .should()
                .callCodeUnitWhere(reachesForTheMachine())
                .check(MAIN);
    }

    private static DescribedPredicate<JavaCall<?>> reachesForTheMachine() {
        return DescribedPredicate.describe("takes time, threads or randomness from the JDK", call -> {
            CodeUnitCallTarget target = call.getTarget();
            return MachineCalls.isOne(
                    target.getOwner().getName(),
                    target.getName(),
                    target.getParameterTypes().isEmpty());
        });
    }
}
