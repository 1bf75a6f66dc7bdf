// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.credential.StoredScramCredentials;
import io.varve.server.metadata.log.MetadataEvents;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConcealedUsersTest {
    @ParameterizedTest
    @EnumSource(ScramMechanism.class)
    void whoDoesNotExistHasTheSameSaltAfterARestart(ScramMechanism mechanism) {
        try (MetadataFixture node = new MetadataFixture(1)) {
            node.start();
            byte[] salt = salt(node, mechanism);
            node.restart();
            assertThat(salt(node, mechanism)).isEqualTo(salt);
            node.crash();
            node.start();
            assertThat(salt(node, mechanism)).isEqualTo(salt);
            try (MetadataFixture other = new MetadataFixture(2)) {
                other.start();
                assertThat(salt(other, mechanism)).as("of another cluster").isNotEqualTo(salt);
            }
        }
    }

    @Test
    void clientsDoNotSeeWhatTheSaltsAreMadeOf() {
        try (MetadataFixture node = new MetadataFixture(1)) {
            node.start();
            assertThat(new StoredScramCredentials(node.metadata.writer()::state).secret())
                    .hasSize(32);
            assertThat(node.metadata.configs(MetadataEvents.CLUSTER)).isEmpty();
        }
    }

    private static byte[] salt(MetadataFixture node, ScramMechanism mechanism) {
        ScramCredentials stored = new StoredScramCredentials(node.metadata.writer()::state);
        return new ConcealedUsers(mechanism, stored, stored.secret())
                .get("nobody")
                .salt();
    }
}
