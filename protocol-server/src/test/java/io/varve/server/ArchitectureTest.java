// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.varve.build.MachineCalls;
import io.varve.build.PackageTable;
import org.junit.jupiter.api.Test;

/**
 * Checks which packages of the server each package may use, which parts of the engine, and which libraries.
 */
class ArchitectureTest {
    private static final String ROOT = "io.varve.server";

    /** Backends, the one in memory included, are found by ServiceLoader: no line names them. */
    private static final PackageTable PACKAGES = new PackageTable(ROOT, """
            core  = io.varve.core
            kafka = org.apache.kafka
            netty = io.netty
            # package         | what it may use
            *                 | core core.runtime.. kafka.common..
            .                 | quota command picocli importer net http metrics api api.table telemetry group share share.state txn security.access
                              | security security.sasl metadata.credential metadata.log
                              | coordinator metadata metadata.config metadata.topic clock cluster config
                              | page logging security
                              | core.compaction core.engine core.log.. core.spi..
            importer          | kafka.metadata.authorizer command metadata metadata.acl metadata.config metadata.kraft metadata.log
                              | metadata.start core.directory core.engine
                              | core.log.. core.record core.retention core.spi..
            quota             | kafka.server.config
            net               | quota api api.parse api.table clients cluster logging security security.sasl core.spi.. netty.. javax.net.ssl
            http              | net cluster logging security core.spi.. netty.. javax.net.ssl
            api               | logging metadata.topic quota clients security.sasl core.spi..
            api.parse         | api api.era api.table
            api.era           | api api.produce metadata.topic error core.log.. core.record core.spi.. security.access
            api.table         | quota api api.era api.produce api.fetch api.offsets api.topic api.config api.cluster security.access api.guard
                              | api.group api.share api.txn
                              | api.quota api.replica api.security api.telemetry telemetry group share share.state txn metadata
                              | metadata.log metadata.topic clock cluster error logging security.sasl core.engine kafka.server.common
            api.produce       | api coordinator metadata.topic error logging core.log.. core.record core.spi..
                              | core.transaction
            api.fetch         | quota api metadata.topic cluster error core.log.. core.spi.. core.transaction security.access
            api.offsets       | api metadata.topic error core.log..
            api.topic         | quota api api.config group metadata metadata.config metadata.topic security.access
                              | cluster error logging core.engine core.log.. core.retention core.spi..
            api.guard         | api api.produce api.topic clients clock explanation metadata metadata.topic
                              | security.access
            api.config        | api telemetry group metadata metadata.config metadata.log metadata.topic clients clock explanation error logging
                              | core.engine core.log.. core.retention core.spi.. kafka.clients.admin
            api.cluster       | api telemetry group share.state txn metadata.feature metadata.log metadata.topic cluster core.log..
                              | core.spi.. kafka.clients.admin kafka.image kafka.server.common
            api.replica       | api metadata.topic
            api.quota         | quota api metadata.log metadata.quota kafka.image
            api.security      | quota api security.sasl javax.security.sasl metadata.credential metadata.log kafka.clients.admin kafka.image metadata.acl security.access kafka.server.authorizer
            api.group         | quota api api.share group metadata.topic pattern core.log.. security.access
            api.share         | quota api api.fetch group share share.state metadata.topic error core.log.. core.spi.. security.access
            api.telemetry     | api metadata.log telemetry kafka.shaded..
            api.txn           | api api.group group txn coordinator metadata.producerid metadata.topic error
                              | core.log.. core.producer core.spi.. core.transaction
            group             | coordinator share metadata.config metadata.start metadata.topic cluster core.log..
                              | core.transaction com.yammer.metrics.core kafka.coordinator..
                              | kafka.server.authorizer kafka.server.common kafka.server.share.persister
                              | kafka.server.util..
            share             | share.state coordinator metadata.topic core.log.. core.record core.spi..
                              | core.transaction
            share.state       | coordinator metadata.start metadata.topic cluster core.log.. kafka.coordinator..
                              | kafka.server.share..
            txn               | error coordinator metadata.producerid metadata.start metadata.topic logging pattern
                              | core.log.. core.spi.. core.transaction com.google.re2j kafka.coordinator..
                              | kafka.server.common kafka.server.util.. kafka.timeline
            coordinator       | error metadata.start metadata.topic cluster core.log.. core.spi.. core.transaction
                              | kafka.coordinator.. kafka.image kafka.server.common kafka.server.util..
                              | kafka.storage.internals.log
            metadata          | error metadata.acl metadata.config metadata.feature metadata.kraft metadata.log metadata.producerid
                              | metadata.start metadata.topic core.engine core.event core.log.. core.spi..
                              | kafka.metadata.authorizer
                              | kafka.server.common
            metadata.config   | metadata.log core.compaction core.event core.log.. core.record
                              | core.retention core.spi.. kafka.server.common kafka.server.config
                              | kafka.storage.internals.log
            metadata.acl      | metadata.log core.event core.runtime kafka.metadata kafka.metadata.authorizer
                              | kafka.server.authorizer kafka.server.common
            metadata.credential| security.sasl metadata.log core.event kafka.clients.admin kafka.image kafka.metadata
                              | kafka.server.common
            metadata.feature  | metadata.log core.event kafka.clients.admin kafka.server.common
            metadata.kraft    | metadata.acl metadata.log core.event kafka.image kafka.metadata kafka.server.common kafka.metadata.authorizer
                              | kafka.server.immutable
            metadata.log      | error core.compaction core.engine core.event core.log.. core.retention core.spi.. kafka.metadata.authorizer
                              | kafka.clients.admin kafka.image kafka.metadata kafka.server.common
                              | kafka.server.immutable
            metadata.producerid| metadata.log core.event kafka.server.common
            metadata.quota    | quota metadata.log core.event kafka.image kafka.server.common kafka.server.config
            metadata.start    | metadata.feature metadata.log security.sasl core.engine core.event core.log.. core.retention core.spi..
                              | kafka.image kafka.metadata kafka.server.common kafka.server.immutable
            metadata.topic    | metadata.config metadata.log core.engine core.event core.log.. core.spi..
                              | kafka.image kafka.metadata kafka.server.common kafka.server.immutable
            command           | picocli core.spi..
            format            | command picocli config error metadata metadata.credential metadata.feature metadata.log metadata.start metadata.topic security.sasl
                              | core.directory core.engine core.event core.log.. core.spi.. kafka.clients.admin kafka.image kafka.server.common
            clients           | command picocli com.fasterxml.jackson.. kafka.clients.admin
            telemetry         | clients command metadata.config pattern picocli kafka.clients.admin kafka.shaded.. com.google.re2j
            clock             | command picocli kafka.clients.admin
            explanation       | command picocli core.retention core.spi.. com.fasterxml.jackson..
                              | kafka.clients.admin
            cluster           |
            security.sasl     | logging security javax.. org.jose4j..
            security          | javax.crypto javax.net.ssl javax.security.auth.x500
            security.access   | api metadata metadata.acl kafka.metadata.authorizer kafka.server.authorizer
            page              | metadata.topic core.log.. http api api.table clients explanation logging security.sasl core.record core.retention core.spi..
                              | com.fasterxml.jackson..
            pattern           |
            error             | logging core.log.. core.record core.spi..
            config            | quota net http security security.sasl api.fetch group share.state txn metadata metadata.config metadata.log metadata.start security.access
                              | metadata.topic cluster core.compaction core.engine core.log.. core.record
                              | core.retention core.spi..
            logging           | ch.qos.logback..
            doctor            | command config http net security cluster picocli core.directory core.spi..
            metrics           | http metadata.topic logging core.log.. core.spi.. com.sun.management java.lang.management io.prometheus..
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
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(MAIN);
    }

    /**
     * Of Kafka's classes about the log's files, its definitions of topic settings are used and nothing that
     * keeps a log.
     */
    @Test
    void metadataKnowsOnlyTopicConfigDefinitionsOfKafkasLog() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".metadata..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.kafka.storage..")
                        .and(describe("no topic-config definitions", type -> !isAboutTopics(type))))
                .check(MAIN);
    }

    private static boolean isAboutTopics(JavaClass type) {
        return type.getName().startsWith("org.apache.kafka.storage.internals.log.LogConfig")
                || type.getName().equals("org.apache.kafka.storage.internals.log.CleanerConfig");
    }

    @Test
    void timeThreadsAndRandomnessComeFromTheRuntime() {
        MachineCalls.onlyIn().check(MAIN);
    }

    /** Kafka's coordinators, and its keeper of keys, get their time in Kafka's terms; nothing else does. */
    @Test
    void onlyWhatIsKafkasUsesItsClock() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".coordinator..", ROOT + ".group..", ROOT + ".share..", ROOT + ".txn..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".security.sasl.IssuerKeys")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.apache.kafka.common.utils.Time")
                .check(MAIN);
    }
}
