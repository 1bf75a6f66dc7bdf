// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.credential;

import io.varve.server.metadata.log.MetadataState;
import io.varve.server.security.sasl.ScramCredentials;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.metadata.ScramCredentialData;

/** Finds SCRAM credentials in the metadata as it stands: a change counts at once. Thread-safe. */
public final class StoredScramCredentials implements ScramCredentials {
    private final Supplier<MetadataState> metadata;

    /** @param metadata gives the metadata's state */
    public StoredScramCredentials(Supplier<MetadataState> metadata) {
        this.metadata = metadata;
    }

    @Override
    public Optional<ScramCredential> find(String mechanism, String user) {
        Map<String, ScramCredentialData> users = metadata.get()
                .image()
                .scram()
                .mechanisms()
                .getOrDefault(ScramMechanism.fromMechanismName(mechanism), Map.of());
        return Optional.ofNullable(users.get(user)).map(ScramCredentialData::toCredential);
    }
}
