// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.credential;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.metadata.ScramCredentialData;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Deletes and stores SCRAM credentials of users. Each user's change is made or refused by itself, in Kafka's
 * order of checks and words; a user is named once in a request.
 *
 * @param deletions the credentials to delete
 * @param upsertions the credentials to store
 */
public record AlterScramCredentials(List<Deletion> deletions, List<NewScramCredential> upsertions)
        implements Command<MetadataState, ApiMessageAndVersion, Map<String, ApiError>> {
    /** Max number of credentials that are kept. */
    static final int MAX_CREDENTIALS = 10_000;

    private static final int MAX_NAME_LENGTH = 1_024;

    /**
     * A credential to delete.
     *
     * @param user name of its user
     * @param mechanism its mechanism
     */
    public record Deletion(String user, ScramMechanism mechanism) {
        @Override
        public String toString() {
            return NewScramCredential.text(user, mechanism);
        }
    }

    @Override
    public Decision<ApiMessageAndVersion, Map<String, ApiError>> decide(MetadataState state) {
        Map<ScramMechanism, Map<String, ScramCredentialData>> present =
                state.image().scram().mechanisms();
        Changes changes = new Changes();
        for (Deletion deletion : deletions) {
            String user = deletion.user();
            ApiError refusal = checkUser(user, deletion.mechanism());
            if (refusal.isSuccess()
                    && !present.getOrDefault(deletion.mechanism(), Map.of()).containsKey(user)) {
                refusal = new ApiError(
                        Errors.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist");
            }
            changes.add(user, refusal, () -> MetadataEvents.removeScram(user, deletion.mechanism()));
        }
        int space =
                MAX_CREDENTIALS - present.values().stream().mapToInt(Map::size).sum();
        for (NewScramCredential wanted : upsertions) {
            String user = wanted.user();
            ApiError refusal = checkUser(user, wanted.mechanism());
            if (refusal.isSuccess()) {
                refusal = wanted.refusal();
            }
            boolean isNew = !present.getOrDefault(wanted.mechanism(), Map.of()).containsKey(user);
            if (refusal.isSuccess() && isNew && space-- <= 0) {
                refusal = new ApiError(
                        Errors.POLICY_VIOLATION,
                        MAX_CREDENTIALS + " credentials are kept, and there are so many already");
            }
            changes.add(user, refusal, wanted::event);
        }
        return new Decision<>(new ArrayList<>(changes.events.values()), () -> changes.outcomes);
    }

    private static ApiError checkUser(String user, ScramMechanism mechanism) {
        if (user.isEmpty()) {
            return new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Username must not be empty");
        }
        if (user.length() > MAX_NAME_LENGTH) {
            return new ApiError(
                    Errors.UNACCEPTABLE_CREDENTIAL, "Username must have at most " + MAX_NAME_LENGTH + " characters");
        }
        return mechanism == ScramMechanism.UNKNOWN
                ? new ApiError(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism")
                : ApiError.NONE;
    }

    /** Makes an event, once it is known that it is wanted. */
    private interface EventSource {
        ApiMessageAndVersion event();
    }

    /** Collects one outcome for each user, and the events of those whose change is made. */
    private static final class Changes {
        private final Map<String, ApiError> outcomes = new LinkedHashMap<>();
        private final Map<String, ApiMessageAndVersion> events = new LinkedHashMap<>();

        void add(String user, ApiError refusal, EventSource source) {
            ApiError earlier = outcomes.get(user);
            if (earlier != null && earlier.isFailure()) {
                return;
            }
            if (earlier != null) {
                events.remove(user);
                outcomes.put(
                        user,
                        new ApiError(
                                Errors.DUPLICATE_RESOURCE,
                                "A user credential cannot be altered twice in the same request"));
                return;
            }
            outcomes.put(user, refusal);
            if (refusal.isSuccess()) {
                events.put(user, source.event());
            }
        }
    }
}
