// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which room of the server may know which library, and which other room. */
class ArchitectureTest {
    private static final String ROOT = "io.varve.server";
    private static final String GROUP = ROOT + ".group..";
    private static final String COORDINATOR = ROOT + ".coordinator..";
    private static final String TXN = ROOT + ".txn..";
    private static final String METADATA = ROOT + ".metadata..";
    private static final String NET = ROOT + ".net..";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** Accesses that would take time, threads or randomness past the runtime. */
    private static final Map<String, Set<String>> MACHINE = Map.ofEntries(
            Map.entry("java.lang.System", Set.of("currentTimeMillis", "nanoTime")),
            Map.entry("java.lang.Thread", Set.of("<init>", "sleep", "ofPlatform", "ofVirtual", "startVirtualThread")),
            Map.entry("java.lang.Math", Set.of("random")),
            Map.entry("java.util.UUID", Set.of("randomUUID")),
            Map.entry("java.util.Random", Set.of("<init>")),
            Map.entry("java.util.concurrent.ThreadLocalRandom", Set.of("current")),
            Map.entry("java.util.concurrent.ThreadPoolExecutor", Set.of("<init>")),
            Map.entry("java.util.concurrent.ScheduledThreadPoolExecutor", Set.of("<init>")),
            Map.entry("java.util.concurrent.ForkJoinPool", Set.of("<init>", "commonPool")),
            Map.entry("java.time.Instant", Set.of("now")),
            Map.entry("org.apache.kafka.common.Uuid", Set.of("randomUuid")),
            Map.entry("org.apache.kafka.common.utils.KafkaThread", Set.of("<init>", "daemon", "nonDaemon")));

    /** Backends, the one in memory included, are found by ServiceLoader. */
    @Test
    void knowsTheEngineAndNoBackend() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.varve..")
                        .and(describe("neither server nor engine", ArchitectureTest::isForeign)))
                .check(MAIN);
    }

    private static boolean isForeign(JavaClass type) {
        String name = type.getPackageName() + ".";
        return !name.startsWith(ROOT + ".") && !name.startsWith("io.varve.core.")
                || name.startsWith("io.varve.core.memory.");
    }

    @Test
    void onlyTheNetRoomKnowsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage(NET)
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(MAIN);
    }

    @Test
    void onlyTheMetadataRoomKnowsKafkasMetadata() {
        noClasses()
                .that()
                .resideOutsideOfPackage(METADATA)
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.kafka.metadata.."))
                .check(MAIN);
        // The coordinator wants to be fed images, so its room may name them.
        noClasses()
                .that()
                .resideOutsideOfPackages(METADATA, GROUP)
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.kafka.image.."))
                .check(MAIN);
    }

    @Test
    void onlyTheCoordinatorsRoomsKnowKafkasCoordinators() {
        noClasses()
                .that()
                .resideOutsideOfPackages(GROUP, TXN, COORDINATOR)
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.kafka.coordinator.."))
                .check(MAIN);
    }

    /** Topic-config definitions and feature versions are the metadata room's; what coordinators are made with, theirs. */
    @Test
    void onlyTheMetadataAndCoordinatorsRoomsKnowKafkasServerClasses() {
        DescribedPredicate<JavaClass> serverClasses =
                resideInAnyPackage("org.apache.kafka.storage..", "org.apache.kafka.server..");
        noClasses()
                .that()
                .resideOutsideOfPackages(METADATA, GROUP, TXN, COORDINATOR)
                .should()
                .dependOnClassesThat(serverClasses)
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage(METADATA)
                .should()
                .dependOnClassesThat(serverClasses.and(describe(
                        "neither topic-config definitions, nor versions, nor the maps of images",
                        type -> !isAboutTopics(type))))
                .check(MAIN);
    }

    private static boolean isAboutTopics(JavaClass type) {
        return type.getName().startsWith("org.apache.kafka.storage.internals.log.LogConfig")
                || type.getName().equals("org.apache.kafka.storage.internals.log.CleanerConfig")
                || Set.of(
                                "org.apache.kafka.server.common",
                                "org.apache.kafka.server.config",
                                "org.apache.kafka.server.immutable")
                        .contains(type.getPackageName());
    }

    @Test
    void onlyTheLoggingRoomKnowsWhatWritesTheLog() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".logging..")
                .should()
                .dependOnClassesThat(resideInAPackage("ch.qos.logback.."))
                .check(MAIN);
    }

    @Test
    void onlyTheRetentionPackageKnowsJackson() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".retention..")
                .should()
                .dependOnClassesThat(resideInAPackage("com.fasterxml.jackson.."))
                .check(MAIN);
    }

    @Test
    void roomsDoNotDependOnEachOtherInCircles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void theNetRoomKnowsNothingOfWhatRequestsMean() {
        noClasses()
                .that()
                .resideInAPackage(NET)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        GROUP,
                        TXN,
                        COORDINATOR,
                        METADATA,
                        "io.varve.core.log..",
                        "io.varve.core.engine..",
                        "io.varve.core.event.."))
                .check(MAIN);
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        noClasses().should().accessTargetWhere(reachesForTheMachine()).check(MAIN);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.Executors")
                .check(MAIN);
    }

    /** Kafka's coordinators run on Kafka's own clock and timer; nobody else does. */
    @Test
    void onlyTheCoordinatorsRoomsUseKafkasClock() {
        noClasses()
                .that()
                .resideOutsideOfPackages(GROUP, TXN)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.apache.kafka.common.utils.Time")
                .check(MAIN);
    }

    private static DescribedPredicate<JavaAccess<?>> reachesForTheMachine() {
        return describe(
                "takes time, threads or randomness from elsewhere",
                access -> MACHINE.getOrDefault(access.getTarget().getOwner().getName(), Set.of())
                        .contains(access.getTarget().getName()));
    }
}
