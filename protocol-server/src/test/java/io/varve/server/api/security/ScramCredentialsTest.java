// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.varve.server.api.HandlerExchange;
import io.varve.server.api.NodeHandlers;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.credential.NewScramCredential;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.metadata.ScramCredentialData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScramCredentialsTest {
    private static final byte[] SALT = "salt".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PASSWORD = "salted password".getBytes(StandardCharsets.UTF_8);

    private final MetadataFixture node = new MetadataFixture(3);

    @BeforeEach
    void start() {
        node.start();
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void whatIsStoredVerifiesThePasswordAndIsNotThePassword() throws Exception {
        assertThat(store(upsertion("a", PASSWORD)).errorCode()).isEqualTo(Errors.NONE.code());
        node.restart();
        ScramCredentialData stored = node.metadata
                .writer()
                .state()
                .image()
                .scram()
                .mechanisms()
                .get(ScramMechanism.SCRAM_SHA_256)
                .get("a");
        ScramFormatter formatter =
                new ScramFormatter(org.apache.kafka.common.security.scram.internals.ScramMechanism.SCRAM_SHA_256);
        assertThat(stored.salt()).isEqualTo(SALT);
        assertThat(stored.storedKey()).isEqualTo(formatter.storedKey(formatter.clientKey(PASSWORD)));
        assertThat(stored.serverKey()).isEqualTo(formatter.serverKey(PASSWORD));
        DescribeUserScramCredentialsResponseData described =
                exchange(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, new DescribeUserScramCredentialsRequestData());
        assertThat(described.results())
                .singleElement()
                .satisfies(user -> assertThat(user.credentialInfos())
                        .extracting("mechanism", "iterations")
                        .containsExactly(tuple(ScramMechanism.SCRAM_SHA_256.type(), 4096)));
    }

    @Test
    void anEmptyPasswordIsRefused() {
        AlterUserScramCredentialsResult result = store(upsertion("a", new byte[0]));
        assertThat(result.errorCode()).isEqualTo(Errors.UNACCEPTABLE_CREDENTIAL.code());
        assertThat(result.errorMessage()).isEqualTo("The salted password is empty");
    }

    @Test
    void aLongSaltIsRefused() {
        assertThat(store(upsertion("a", PASSWORD).setSalt(new byte[1_024])).errorCode())
                .isEqualTo(Errors.NONE.code());
        AlterUserScramCredentialsResult result = store(upsertion("b", PASSWORD).setSalt(new byte[1_025]));
        assertThat(result.errorCode()).isEqualTo(Errors.UNACCEPTABLE_CREDENTIAL.code());
        assertThat(result.errorMessage()).isEqualTo("The salt must have at most 1024 bytes");
    }

    @Test
    void textsShowNoSecrets() {
        assertThat(new NewScramCredential("a", ScramMechanism.SCRAM_SHA_512, 4096, SALT, PASSWORD))
                .hasToString("SCRAM-SHA-512 of a");
    }

    private static ScramCredentialUpsertion upsertion(String user, byte[] password) {
        return new ScramCredentialUpsertion()
                .setName(user)
                .setMechanism(ScramMechanism.SCRAM_SHA_256.type())
                .setIterations(4096)
                .setSalt(SALT)
                .setSaltedPassword(password);
    }

    private AlterUserScramCredentialsResult store(ScramCredentialUpsertion upsertion) {
        AlterUserScramCredentialsRequestData asked = new AlterUserScramCredentialsRequestData();
        asked.upsertions().add(upsertion);
        AlterUserScramCredentialsResponseData response = exchange(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, asked);
        return response.results().get(0);
    }

    private <R extends ApiMessage> R exchange(ApiKeys api, ApiMessage asked) {
        ClusterInfo self = new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null);
        return HandlerExchange.of(NodeHandlers.context(node, self, GroupsConfig.parse(Map.of())), api, 0, asked);
    }
}
