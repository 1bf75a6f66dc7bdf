// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.varve.core.runtime.Clock;
import io.varve.server.group.GroupsFixture;
import io.varve.server.logging.LogTap;
import io.varve.server.net.NetServer;
import io.varve.server.security.access.AclAuthorizer;
import io.varve.server.security.access.AuthorizerConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads in the log what who administers has changed: entries, credentials, quotas, groups, records. */
class AdministrationLogTest {
    private static final String WHO = "User:ANONYMOUS at 127.0.0.1 has ";

    @RegisterExtension
    private final LogTap log = LogTap.on(ChangeLog.class).from(Level.INFO);

    private final GroupsFixture broker = new GroupsFixture();
    private AclAuthorizer authorizer;
    private NetServer server;
    private Admin admin;

    @BeforeEach
    void start() {
        authorizer = AclAuthorizer.start(
                        new AuthorizerConfig(AuthorizerConfig.STANDARD, "User:ANONYMOUS", false),
                        broker.broker.metadata,
                        Clock.system())
                .orElseThrow();
        server = ServedBroker.on(broker, authorizer.access());
        admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server)));
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        authorizer.close();
        broker.close();
    }

    private static void settled(KafkaFuture<?> future) {
        future.toCompletionStage()
                .handle((done, refused) -> done)
                .toCompletableFuture()
                .join();
    }

    private static AclBinding entry(PatternType pattern, String principal, String host) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "orders", pattern),
                new AccessControlEntry(principal, host, AclOperation.READ, AclPermissionType.ALLOW));
    }

    @Test
    void accessControlEntriesAreLoggedUnlessTheyAreRefused() throws Exception {
        AclBinding literal = entry(PatternType.LITERAL, "User:a", "*");
        AclBinding prefixed = entry(PatternType.PREFIXED, "User:b\u2028forged", "10.0.0.1");
        settled(admin.createAcls(List.of(literal, prefixed, entry(PatternType.LITERAL, "nobody", "*")))
                .all());
        admin.deleteAcls(List.of(literal.toFilter(), AclBindingFilter.ANY))
                .all()
                .get();
        admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();

        String first = "ALLOW User:a from * to READ TOPIC orders";
        String second = "ALLOW User:b?forged from 10.0.0.1 to READ all TOPICs that begin with orders";
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(0)).isEqualTo(WHO + "created access control entries: " + first + ", " + second);
        assertThat(log.lines().get(1))
                .startsWith(WHO + "deleted access control entries: ")
                .contains(first, second);
    }

    @ParameterizedTest
    @CsvSource({
        "*, ",
        "10.1.2.3, ",
        "0:0:0:0:0:0:0:1, ",
        "::1, ::1 (write 0:0:0:0:0:0:0:1)",
        "2001:DB8::7, 2001:DB8::7 (write 2001:db8:0:0:0:0:0:7)",
        "10.0.0.0/8, 10.0.0.0/8 (no address)",
        "kafka.example.org, kafka.example.org (no address)",
        "'', ' (no address)'"
    })
    void aHostThatNoClientHasIsDoubted(String host, String said) {
        settled(admin.createAcls(List.of(entry(PatternType.LITERAL, "User:a", host)))
                .all());
        String doubted = WHO + "created entries that never count, for no client has such a host: " + said;
        assertThat(log.lines(Level.WARN)).isEqualTo(said == null ? List.of() : List.of(doubted));
    }

    /** Kafka takes such names, and refuses the clients. */
    @Test
    void aUserWhoCanNeverAuthenticateIsDoubted() {
        ScramCredentialInfo strong = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4_096);
        settled(admin.alterUserScramCredentials(List.of(
                        new UserScramCredentialUpsertion("a=b,c", strong, "a-secret"),
                        new UserScramCredentialUpsertion("\u00fcser", strong, "u-secret")))
                .all());
        assertThat(log.lines(Level.WARN))
                .singleElement()
                .asString()
                .isEqualTo(WHO + "set credentials of users who can never authenticate, for SCRAM takes names in ASCII"
                        + " only: \u00fcser");
    }

    @Test
    void credentialsAreLoggedWithoutWhatTheyHold() {
        ScramCredentialInfo strong = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4_321);
        settled(admin.alterUserScramCredentials(List.of(
                        new UserScramCredentialUpsertion("alice", strong, "a-secret"),
                        new UserScramCredentialUpsertion(
                                "weak", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 1), "w-secret")))
                .all());
        settled(admin.alterUserScramCredentials(List.of(
                        new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_256),
                        new UserScramCredentialDeletion("nobody", ScramMechanism.SCRAM_SHA_256)))
                .all());

        assertThat(log.lines())
                .containsExactly(
                        WHO + "set credentials: SCRAM-SHA-256 of alice",
                        WHO + "deleted credentials: SCRAM-SHA-256 of alice");
    }

    @Test
    void quotasAreLoggedUnlessTheyAreOnlyChecked() {
        ClientQuotaEntity both = new ClientQuotaEntity(Map.of("user", "alice", "client-id", "app"));
        List<ClientQuotaAlteration> set = List.of(
                new ClientQuotaAlteration(both, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1_024.0))),
                new ClientQuotaAlteration(
                        new ClientQuotaEntity(Map.of("user", "bob")),
                        List.of(new ClientQuotaAlteration.Op("no_such_rate", 1.0))));
        settled(admin.alterClientQuotas(set, new AlterClientQuotasOptions().validateOnly(true))
                .all());
        settled(admin.alterClientQuotas(set).all());
        settled(admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                        both, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", null)))))
                .all());

        assertThat(log.lines())
                .containsExactly(
                        WHO + "changed quotas: user alice, client-id app (producer_byte_rate=1024.0)",
                        WHO + "changed quotas: user alice, client-id app (producer_byte_rate removed)");
    }

    @Test
    void deletedRecordsOffsetsAndGroupsAreLogged() throws Exception {
        admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all().get();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server)),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", "value")).get();
        }
        TopicPartition partition = new TopicPartition("orders", 0);
        admin.alterConsumerGroupOffsets("readers", Map.of(partition, new OffsetAndMetadata(0)))
                .all()
                .get();
        settled(admin.deleteConsumerGroupOffsets("nobody", Set.of(partition)).all());
        admin.deleteConsumerGroupOffsets("readers", Set.of(partition)).all().get();
        admin.alterConsumerGroupOffsets("readers", Map.of(partition, new OffsetAndMetadata(0)))
                .all()
                .get();
        settled(admin.deleteConsumerGroups(List.of("readers", "nobody")).all());
        settled(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(7)))
                .all());
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                .all()
                .get();

        assertThat(log.lines())
                .containsExactly(
                        WHO + "created topics: orders",
                        WHO + "deleted offsets of group readers in: orders-0",
                        WHO + "deleted groups: readers",
                        WHO + "deleted records: orders-0 before 1");
    }
}
