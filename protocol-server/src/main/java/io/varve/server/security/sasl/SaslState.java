// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Says how far the authentication of a connection has come.
 *
 * <pre>
 *     ApiVersions          a token, and more are to come
 *       ┌───┐                      ┌───┐
 *       │   ▼                      │   ▼       the last token is right
 *      Unknown ──SaslHandshake──▶ Exchange ──────────────────────────────▶ Authenticated ⟲ any request
 *         │                        │    ▲                                    │     │
 *         │ a mechanism that       │    └───SaslHandshake, in a session ─────┘     │ any other request
 *         │ is not enabled         │        that ends                              │ once the session is over
 *         ▼                        ▼                                               ▼
 *       Failed ◀── a token is wrong, another request, another principal         (closed)
 * </pre>
 *
 * A connection that has failed is told so after a while, and closed.
 */
sealed interface SaslState {
    /**
     * The peer has not said how it will authenticate.
     *
     * @param requests requests so far
     */
    record Unknown(int requests) implements SaslState {}

    /**
     * Tokens go to and fro.
     *
     * @param server the mechanism's side of the server
     * @param mechanism its name
     * @param isFramed true if tokens come in SaslAuthenticate requests; false if each is a frame
     * @param before the session that this exchange prolongs; null in the first exchange of a connection
     * @param tokens tokens of the peer so far
     * @param begunNanos when the exchange began
     */
    record Exchange(
            SaslServer server, String mechanism, boolean isFramed, Authenticated before, int tokens, long begunNanos)
            implements SaslState {
        /** @return the state with one token more */
        Exchange next() {
            return new Exchange(server, mechanism, isFramed, before, tokens + 1, begunNanos);
        }

        /** @return Kafka's words for a peer whose credentials are wrong, whatever is wrong with them */
        String refusal() {
            return "Authentication failed during " + (before == null ? "authentication" : "re-authentication")
                    + " due to invalid credentials with SASL mechanism " + mechanism;
        }

        /** @throws SaslAuthenticationException if the peer was another before */
        void requireUnchanged(KafkaPrincipal principal) {
            if (before != null && !before.principal().equals(principal)) {
                throw new SaslAuthenticationException(String.format(
                        "Cannot change principals during re-authentication from %s.%s: %s.%s",
                        before.principal().getPrincipalType(),
                        before.principal().getName(),
                        principal.getPrincipalType(),
                        principal.getName()));
            }
        }
    }

    /**
     * The peer is authenticated.
     *
     * @param principal who it is
     * @param mechanism by which it is authenticated
     * @param isFirst true if it authenticated once only, so far
     * @param begunNanos when it began to authenticate
     * @param expires true if the session ends
     * @param sinceNanos when it was authenticated
     * @param lifetimeMs ms from then to the end of the session, as the peer is told; 0 if it does not end, or
     *     at once
     */
    record Authenticated(
            KafkaPrincipal principal,
            String mechanism,
            boolean isFirst,
            long begunNanos,
            boolean expires,
            long sinceNanos,
            long lifetimeMs)
            implements SaslState {
        boolean isOver(long nowNanos) {
            return expires && nowNanos - sinceNanos > TimeUnit.MILLISECONDS.toNanos(lifetimeMs);
        }
    }

    /** Nothing more is taken. */
    record Failed() implements SaslState {}
}
