// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.TestEnvironment;
import io.varve.conformance.rig.TestedBackend;
import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.CheckOutcome.Status;
import io.varve.conformance.run.ConformanceRun;
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Runs the kit on a bucket that is someone else's. */
class BucketEnvironmentTest {
    private static TestedBackend named(EmbeddedS3 server) {
        return new TestedBackend(
                new S3StorageProvider(),
                Map.of(
                        "s3.endpoint", server.endpoint().toString(),
                        "s3.bucket", server.bucket(),
                        "s3.access.key.id", server.accessKey(),
                        "s3.secret.access.key", server.secretKey()),
                List.of());
    }

    private static Set<String> checks(List<CheckOutcome> outcomes, Status status) {
        return outcomes.stream()
                .filter(outcome -> outcome.status() == status)
                .map(CheckOutcome::check)
                .collect(Collectors.toSet());
    }

    @Test
    void aBucketOfTheUsersIsTestedButForStruckRequestsAndLeftAsItWas() throws IOException {
        try (EmbeddedS3 server = EmbeddedS3.inMemory()) {
            server.write("conformance/of-the-user", new byte[] {1});
            runOn(server);
            assertThat(server.keys("")).containsExactly("conformance/of-the-user");
        }
    }

    private static void runOn(EmbeddedS3 server) {
        try (TestEnvironment environment = new BucketEnvironment()) {
            TestedBackend started = environment.start(named(server));
            List<CheckOutcome> outcomes = ConformanceRun.of(
                    () -> environment.rig(started), Set.of("second owner", "changes in the tier"), outcome -> {});
            assertThat(checks(outcomes, Status.FAILED)).isEmpty();
            assertThat(checks(outcomes, Status.SKIPPED))
                    .containsExactlyInAnyOrder(
                            "aTrimWithinTheTierIsDurableAfterTheSyncWithoutTheTier",
                            "aDeletionStandsWithoutTheTierAndAfterACrash");
            assertThat(server.keys("")).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aBucketOfTheUsersIsNotCopied() throws IOException {
        try (EmbeddedS3 server = EmbeddedS3.inMemory();
                TestEnvironment environment = new BucketEnvironment()) {
            assertThat(environment.obstacleToCopy(environment.start(named(server))))
                    .hasValueSatisfying(why -> assertThat(why).contains("s3.endpoint", "s3.bucket"));
        }
    }

    @Test
    void aBucketOfItsOwnCanBeCopied() {
        try (TestEnvironment environment = new BucketEnvironment()) {
            TestedBackend started = environment.start(new TestedBackend(new S3StorageProvider(), Map.of(), List.of()));
            assertThat(environment.obstacleToCopy(started)).isEmpty();
        }
    }
}
