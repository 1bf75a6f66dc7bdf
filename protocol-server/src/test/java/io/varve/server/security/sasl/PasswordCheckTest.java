// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.NotedMetrics;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordCheckTest {
    private final SaslBench bench = new SaslBench();

    @ParameterizedTest
    @CsvSource({
        "PLAIN, alice, a-secret, true",
        "PLAIN, alice, guess, false",
        "PLAIN, bob, b-secret, false",
        "SCRAM-SHA-256, bob, b-secret, true",
        "SCRAM-SHA-512, bob, b-secret, true",
        "SCRAM-SHA-512, bob, guess, false",
        "SCRAM-SHA-512, nobody, b-secret, false",
        "SCRAM-SHA-512, alice, a-secret, false",
        "'PLAIN,SCRAM-SHA-256,OAUTHBEARER', alice, a-secret, true",
        "'PLAIN,SCRAM-SHA-256,OAUTHBEARER', bob, b-secret, true",
        "OAUTHBEARER, alice, a-secret, false",
        "'PLAIN,SCRAM-SHA-256', '', '', false",
        "'PLAIN,SCRAM-SHA-256', alice, '', false",
        "'PLAIN,SCRAM-SHA-256', '=', guess, false"
    })
    void aPasswordIsRightByAMechanismThatIsEnabled(String mechanisms, String user, String password, boolean right) {
        PasswordCheck check = bench.open(Map.of("sasl.enabled.mechanisms", mechanisms), "CLIENTS")
                .passwords();
        assertThat(check.principal(user, password).map(Object::toString))
                .isEqualTo(right ? Optional.of("User:" + user) : Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void zerosInNamesDoNotMakeOtherUsers(boolean inName) {
        PasswordCheck check = bench.open(Map.of(), "CLIENTS").passwords();
        String user = inName ? "carol\0alice" : "alice";
        assertThat(check.principal(user, inName ? "a-secret" : "a-secret\0")).isEmpty();
    }

    /** It ended by a StackOverflowError. */
    @Test
    void nobodyHasANameThatIsTooLongToBeRead() {
        PasswordCheck check = bench.open(Map.of(), "CLIENTS").passwords();
        assertThat(check.principal("x".repeat(6_000), "guess")).isEmpty();
    }

    @Test
    void wrongPasswordsAreCounted() {
        SaslListeners listeners = bench.open(Map.of(), "CLIENTS");
        NotedMetrics metrics = new NotedMetrics();
        metrics.read(listeners::read);
        PasswordCheck check = listeners.passwords();
        check.principal("alice", "a-secret");
        check.principal("alice", "guess");
        check.principal("nobody", "");
        assertThat(metrics.value("varve_authentications_failed_total", "http", "basic"))
                .isEqualTo(2);
    }

    @Test
    void withoutListenersNobodyIsKnown() {
        assertThat(SaslListeners.NONE.passwords().principal("alice", "a-secret"))
                .isEmpty();
    }
}
