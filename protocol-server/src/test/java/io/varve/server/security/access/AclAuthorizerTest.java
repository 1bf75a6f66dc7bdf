// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.event.Decision;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.NotedMetrics;
import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import io.varve.server.logging.LogTap;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.acl.CreateAcls;
import io.varve.server.metadata.acl.DeleteAcls;
import io.varve.server.metadata.log.MetadataState;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AclAuthorizerTest {
    private static final AuthorizerConfig CONFIG = new AuthorizerConfig(AuthorizerConfig.STANDARD, "User:root", false);

    private final MetadataFixture node = new MetadataFixture(5);
    private AclAuthorizer authorizer;

    @BeforeEach
    void start() {
        node.start();
        open();
    }

    private void open() {
        authorizer = AclAuthorizer.start(CONFIG, node.metadata, Clock.system()).orElseThrow();
    }

    @AfterEach
    void close() {
        authorizer.close();
        node.close();
    }

    private static Caller caller(String user) {
        Loopback connection = new Loopback();
        connection.authenticated(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user));
        return new Caller(new Request(new RequestHeader(ApiKeys.FETCH, (short) 12, "c", 1), null, connection));
    }

    private boolean mayRead(String user, String topic) {
        return authorizer.access().allows(caller(user), AclOperation.READ, ResourceType.TOPIC, topic);
    }

    private static AclBinding binding(String principal, String topic, PatternType pattern) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, pattern),
                new AccessControlEntry(principal, "*", AclOperation.READ, AclPermissionType.ALLOW));
    }

    private List<ApiError> create(AclBinding... bindings) {
        return MetadataFixture.await(node.metadata.writer().submit(new CreateAcls(List.of(bindings), node.ids)));
    }

    @Test
    void entriesAreInForceWhenTheirCreationIsAnswered() {
        assertThat(mayRead("a", "t")).isFalse();
        assertThat(mayRead("root", "t")).isTrue();
        assertThat(create(binding("User:a", "t", PatternType.LITERAL))).containsExactly(ApiError.NONE);
        assertThat(mayRead("a", "t")).isTrue();
        assertThat(mayRead("a", "t2")).isFalse();
        assertThat(mayRead("b", "t")).isFalse();
        create(binding("User:*", "pre", PatternType.PREFIXED));
        assertThat(mayRead("b", "prefix")).isTrue();
    }

    @Test
    void denialsAreCounted() {
        NotedMetrics metrics = new NotedMetrics();
        metrics.read(authorizer.access()::read);
        assertThat(metrics.value("varve_denials_total")).isZero();
        mayRead("a", "t");
        mayRead("root", "t");
        authorizer.access().shows(caller("a"), AclOperation.READ, ResourceType.TOPIC, "t");
        assertThat(metrics.value("varve_denials_total")).isEqualTo(1);
    }

    private List<String> warningsOf(AuthorizerConfig config) {
        try (LogTap log = LogTap.on(AclAuthorizer.class)) {
            AclAuthorizer.start(config, node.metadata, Clock.system())
                    .orElseThrow()
                    .close();
            return log.lines();
        }
    }

    @Test
    void warnsOfAnAuthorizerThatNobodyCanSetUp() {
        AuthorizerConfig nobody = new AuthorizerConfig(AuthorizerConfig.STANDARD, "", false);
        assertThat(warningsOf(nobody)).singleElement().asString().contains("super.users is empty");
        assertThat(warningsOf(CONFIG)).isEmpty();
        assertThat(warningsOf(new AuthorizerConfig(AuthorizerConfig.STANDARD, "", true)))
                .isEmpty();
        create(binding("User:a", "t", PatternType.LITERAL));
        assertThat(warningsOf(nobody)).isEmpty();
    }

    @Test
    void entriesSurviveAPowerCutAndGoWhenTheyAreDeleted() {
        create(binding("User:a", "t", PatternType.LITERAL), binding("User:a", "other", PatternType.LITERAL));
        authorizer.close();
        node.crash();
        node.start();
        open();
        assertThat(mayRead("a", "t")).isTrue();
        AclBindingFilter filter = binding("User:a", "t", PatternType.LITERAL).toFilter();
        assertThat(MetadataFixture.await(node.metadata.writer().submit(new DeleteAcls(List.of(filter, filter)))))
                .allSatisfy(
                        result -> assertThat(result.aclBindingDeleteResults()).hasSize(1));
        assertThat(mayRead("a", "t")).isFalse();
        assertThat(mayRead("a", "other")).isTrue();
    }

    @Test
    void anEntryThatIsThereIsCreatedOnce() {
        AclBinding same = binding("User:a", "t", PatternType.LITERAL);
        assertThat(create(same, same)).containsExactly(ApiError.NONE, ApiError.NONE);
        assertThat(create(same)).containsExactly(ApiError.NONE);
        assertThat(node.metadata.writer().state().acls()).hasSize(1);
    }

    @Test
    void mistakenEntriesAreRefusedBesideOthers() {
        List<ApiError> results = create(
                binding("nobody", "t", PatternType.LITERAL),
                binding("User:a", "", PatternType.LITERAL),
                binding("User:" + "a".repeat(2_044), "t", PatternType.LITERAL),
                binding("User:a", "t", PatternType.UNKNOWN),
                binding("User:a", "t", PatternType.LITERAL));
        assertThat(results)
                .extracting(ApiError::error)
                .containsExactly(
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.NONE);
        assertThat(node.metadata.writer().state().acls()).hasSize(1);
    }

    @Test
    void entriesThatAreLongTogetherAreRefusedFromSomeOn() {
        String longest = "x".repeat(2_040);
        List<AclBinding> wanted = IntStream.range(0, 4_500)
                .mapToObj(i -> binding("User:" + longest, longest.substring(4) + (1_000 + i), PatternType.LITERAL))
                .toList();
        CreateAcls create = new CreateAcls(wanted, node.ids);
        Decision<ApiMessageAndVersion, List<ApiError>> decision =
                create.decide(node.metadata.writer().state());
        assertThat(decision.events().size()).isBetween(4_000, 4_200);
        List<ApiError> results = decision.answer().get();
        assertThat(results.get(4_000)).isEqualTo(ApiError.NONE);
        assertThat(results.get(4_499).error()).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(results.get(4_499).message()).contains("characters");
    }

    @Test
    void deletionsWithoutEndAreRefused() {
        create(IntStream.range(0, 200)
                .mapToObj(i -> binding("User:a", "t" + i, PatternType.LITERAL))
                .toArray(AclBinding[]::new));
        List<AclBindingFilter> filters = Collections.nCopies(51, AclBindingFilter.ANY);
        MetadataState state = node.metadata.writer().state();
        assertThat(new DeleteAcls(filters.subList(1, 51)).decide(state).events())
                .hasSize(200);
        assertThatThrownBy(() -> new DeleteAcls(filters).decide(state))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("10000");
    }

    /** Of few filters, each of which matches all that there may be. */
    @Test
    void deletionsWithLongAnswersAreRefused() {
        String longest = "x".repeat(2_040);
        create(IntStream.range(0, 2_100)
                .mapToObj(i -> binding("User:" + longest, longest.substring(4) + (1_000 + i), PatternType.LITERAL))
                .toArray(AclBinding[]::new));
        List<AclBindingFilter> filters = Collections.nCopies(2, AclBindingFilter.ANY);
        MetadataState state = node.metadata.writer().state();
        assertThat(new DeleteAcls(filters.subList(1, 2)).decide(state).events()).hasSize(2_100);
        assertThatThrownBy(() -> new DeleteAcls(filters).decide(state))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("characters");
    }

    private void importAcls(int entries, String principal) {
        Map<Uuid, StandardAcl> acls = new HashMap<>();
        for (int i = 0; i < entries; i++) {
            acls.put(new Uuid(1, i), StandardAcl.fromAclBinding(binding(principal, "t" + i, PatternType.LITERAL)));
        }
        MetadataFixture.await(node.metadata.importTopics(List.of(), 0, acls));
    }

    /** All or none: without a DENY, what another entry allows would be allowed to more. */
    @Test
    void moreEntriesThanAreKeptAreNotImported() {
        String many = "User:" + "x".repeat(1_000);
        assertThatThrownBy(() -> importAcls(50_001, "User:a")).isInstanceOf(PolicyViolationException.class);
        assertThatThrownBy(() -> importAcls(17_000, many)).isInstanceOf(PolicyViolationException.class);
        assertThatThrownBy(() -> importAcls(1, many + many + many)).isInstanceOf(PolicyViolationException.class);
        assertThat(node.metadata.writer().state().acls()).isEmpty();
    }

    @Test
    void entriesOfAnImportedKafkaAreInForceOnce() {
        AclBinding binding = binding("User:a", "t", PatternType.LITERAL);
        create(binding);
        StandardAcl present = StandardAcl.fromAclBinding(binding);
        StandardAcl added = StandardAcl.fromAclBinding(binding("User:b", "t", PatternType.LITERAL));
        MetadataFixture.await(
                node.metadata.importTopics(List.of(), 0, Map.of(new Uuid(1, 1), present, new Uuid(1, 2), added)));
        assertThat(node.metadata.writer().state().acls().values()).containsExactlyInAnyOrder(present, added);
        assertThat(mayRead("b", "t")).isTrue();
    }

    @Test
    void onlyOperationsThatAreAllowedAreTold() {
        create(binding("User:a", "t", PatternType.LITERAL));
        int possible =
                1 << AclOperation.READ.code() | 1 << AclOperation.WRITE.code() | 1 << AclOperation.DESCRIBE.code();
        assertThat(authorizer.access().operations(caller("a"), ResourceType.TOPIC, "t", possible))
                .isEqualTo(1 << AclOperation.READ.code() | 1 << AclOperation.DESCRIBE.code());
    }

    @Test
    void settingsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> new AuthorizerConfig("kafka.security.authorizer.AclAuthorizer", "", false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("authorizer.class.name");
        assertThatThrownBy(() -> new AuthorizerConfig(AuthorizerConfig.STANDARD, "admin", false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("super.users");
        assertThat(AclAuthorizer.start(AuthorizerConfig.NONE, node.metadata, Clock.system()))
                .isEmpty();
    }
}
