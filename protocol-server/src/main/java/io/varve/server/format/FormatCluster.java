// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.config.ConfigError;
import io.varve.server.metadata.credential.AlterScramCredentials;
import io.varve.server.metadata.credential.NewScramCredential;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.start.BootstrapCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Gives a cluster its id and its first users, all at once: a format that fails can be repeated.
 *
 * @param bootstrap gives the id
 * @param users credentials of users
 */
record FormatCluster(BootstrapCluster bootstrap, List<NewScramCredential> users)
        implements Command<MetadataState, ApiMessageAndVersion, Void> {
    @Override
    public Decision<ApiMessageAndVersion, Void> decide(MetadataState state) {
        List<ApiMessageAndVersion> events =
                new ArrayList<>(bootstrap.decide(state).events());
        for (NewScramCredential user : users) { // one by one: a request names a user once
            Decision<ApiMessageAndVersion, Map<String, ApiError>> decision =
                    new AlterScramCredentials(List.of(), List.of(user)).decide(state);
            decision.answer().get().forEach((name, outcome) -> {
                if (outcome.isFailure()) {
                    throw new ConfigError("--add-scram: " + name + ": " + outcome.message());
                }
            });
            events.addAll(decision.events());
        }
        return new Decision<>(events, () -> null);
    }
}
