// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.credential.AlterScramCredentials;
import io.varve.server.metadata.credential.AlterScramCredentials.Deletion;
import io.varve.server.metadata.credential.NewScramCredential;
import io.varve.server.metadata.log.MetadataWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.ApiError;

/** Deletes and stores SCRAM credentials of users (KIP-554). */
public final class AlterUserScramCredentialsHandler implements ApiHandler {
    private final MetadataWriter metadata;

    /** @param metadata decides the changes */
    public AlterUserScramCredentialsHandler(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<AlterUserScramCredentialsResponseData> handle(Request request) {
        AlterUserScramCredentialsRequestData asked = ((AlterUserScramCredentialsRequest) request.body()).data();
        List<Deletion> deletions = asked.deletions().stream()
                .map(each -> new Deletion(each.name(), ScramMechanism.fromType(each.mechanism())))
                .toList();
        List<NewScramCredential> upsertions = asked.upsertions().stream()
                .map(each -> new NewScramCredential(
                        each.name(),
                        ScramMechanism.fromType(each.mechanism()),
                        each.iterations(),
                        each.salt(),
                        each.saltedPassword()))
                .toList();
        return metadata.submit(new AlterScramCredentials(deletions, upsertions)).thenApply(outcomes -> {
            List<NewScramCredential> set = done(upsertions, NewScramCredential::user, outcomes);
            ChangeLog.note(request, "deleted credentials", texts(done(deletions, Deletion::user, outcomes)));
            ChangeLog.note(request, "set credentials", texts(set));
            ChangeLog.doubt(
                    request,
                    "set credentials of users who can never authenticate, for SCRAM takes names in ASCII only",
                    set.stream()
                            .map(NewScramCredential::user)
                            .filter(user -> !isAscii(user))
                            .toList());
            return answer(outcomes);
        });
    }

    private static <T> List<T> done(List<T> asked, Function<T, String> user, Map<String, ApiError> outcomes) {
        return asked.stream()
                .filter(each -> outcomes.get(user.apply(each)).isSuccess())
                .toList();
    }

    private static List<String> texts(List<?> credentials) {
        return credentials.stream().map(Object::toString).toList();
    }

    /** Kafka's mechanism knows no other names, whatever RFC 5802 says. */
    private static boolean isAscii(String user) {
        return user.chars().allMatch(each -> each > 0 && each < 128);
    }

    private static AlterUserScramCredentialsResponseData answer(Map<String, ApiError> outcomes) {
        AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        outcomes.forEach((user, outcome) -> response.results()
                .add(new AlterUserScramCredentialsResult()
                        .setUser(user)
                        .setErrorCode(outcome.error().code())
                        .setErrorMessage(outcome.message())));
        return response;
    }
}
