// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.credential;

import io.varve.server.metadata.log.MetadataState;
import io.varve.server.security.sasl.ScramCredentials;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.metadata.ScramCredentialData;

/** Finds SCRAM credentials in the metadata as it stands: a change counts at once. Thread-safe. */
public final class StoredScramCredentials implements ScramCredentials {
    private final Supplier<MetadataState> metadata;
    private final Map<String, Iterations> iterations = new ConcurrentHashMap<>();

    /** @param metadata gives the metadata's state */
    public StoredScramCredentials(Supplier<MetadataState> metadata) {
        this.metadata = metadata;
    }

    @Override
    public Optional<ScramCredential> find(String mechanism, String user) {
        return Optional.ofNullable(users(mechanism).get(user)).map(ScramCredentialData::toCredential);
    }

    @Override
    public byte[] secret() {
        return metadata.get().decoySecret();
    }

    /** Counts once for each change: who does not exist may ask often. */
    @Override
    public List<Integer> iterations(String mechanism) {
        Map<String, ScramCredentialData> users = users(mechanism);
        return iterations.compute(
                        mechanism,
                        (name, last) -> last != null && last.users == users
                                ? last
                                : new Iterations(
                                        users,
                                        users.values().stream()
                                                .map(ScramCredentialData::iterations)
                                                .distinct()
                                                .sorted()
                                                .toList()))
                .values;
    }

    private Map<String, ScramCredentialData> users(String mechanism) {
        return metadata.get()
                .image()
                .scram()
                .mechanisms()
                .getOrDefault(ScramMechanism.fromMechanismName(mechanism), Map.of());
    }

    /**
     * Numbers of iterations.
     *
     * @param users who has them; never changes
     * @param values each once, ascending
     */
    private record Iterations(Map<String, ScramCredentialData> users, List<Integer> values) {}
}
