// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.runtime.Clock;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import io.varve.server.logging.LogThrottle;
import io.varve.server.security.sasl.PasswordCheck;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.slf4j.LoggerFactory;

/**
 * Knows callers by their certificates, and asks others for a user and a password (HTTP Basic), those that
 * clients of Kafka's protocol have too, and only where these do not cross a network unprotected. A wrong one
 * is logged, without words of the caller, and answered after a while. Thread-safe.
 */
final class PasswordCallers implements Callers {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final String BASIC = "Basic ";
    private static final Map<String, String> QUESTION =
            Map.of("WWW-Authenticate", "Basic realm=\"Varve\", charset=\"UTF-8\"");

    private final PasswordCheck login;
    private final LogThrottle failures;
    private final BiFunction<HttpCall, KafkaPrincipal, OwnRequests> requests;

    /**
     * @param login verifies passwords
     * @param requests makes requests for a call in somebody's name
     * @param clock paces the log
     */
    PasswordCallers(PasswordCheck login, BiFunction<HttpCall, KafkaPrincipal, OwnRequests> requests, Clock clock) {
        this.login = login;
        failures = new LogThrottle(LoggerFactory.getLogger(PasswordCallers.class), clock);
        this.requests = requests;
    }

    @Override
    public OwnRequests of(HttpCall call) {
        return requests.apply(call, call.certified().orElseGet(() -> authenticated(call)));
    }

    private KafkaPrincipal authenticated(HttpCall call) {
        if (!login.isPossible()) {
            throw new HttpRefusal(
                    FORBIDDEN,
                    "clients of this server prove who they are: the page needs a listener with PLAIN or SCRAM in"
                            + " sasl.enabled.mechanisms, or your certificate (listener.name.https.ssl.client.auth)");
        }
        if (!call.isPrivate()) {
            throw new HttpRefusal(
                    FORBIDDEN,
                    "a password would cross the network unprotected: open the page by https (docs/security.md), or on"
                            + " the server's own machine by http://localhost or an SSH tunnel");
        }
        String[] given = call.authorization()
                .map(PasswordCallers::userAndPassword)
                .orElseThrow(() -> new HttpRefusal(UNAUTHORIZED, "a user and a password are needed", QUESTION));
        return login.principal(given[0], given[1]).orElseThrow(() -> wrong(call));
    }

    private HttpRefusal wrong(HttpCall call) {
        failures.warn("{} gave a wrong user or password by HTTP", call.client());
        return new HttpRefusal(UNAUTHORIZED, "the user or the password is wrong", QUESTION, login.failureDelayMs());
    }

    /** @return user and password, both empty if the header is malformed */
    private static String[] userAndPassword(String header) {
        String[] none = {"", ""};
        if (!header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return none;
        }
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(header.substring(BASIC.length()).trim());
            String[] pair = new String(decoded, StandardCharsets.UTF_8).split(":", 2);
            return pair.length == 2 ? pair : none;
        } catch (IllegalArgumentException noBase64) {
            return none;
        }
    }
}
