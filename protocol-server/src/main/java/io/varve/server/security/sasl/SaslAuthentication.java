// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.runtime.Clock;
import io.varve.server.logging.LogThrottle;
import io.varve.server.security.sasl.SaslState.Authenticated;
import io.varve.server.security.sasl.SaslState.Exchange;
import io.varve.server.security.sasl.SaslState.Failed;
import io.varve.server.security.sasl.SaslState.Unknown;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * Authenticates one connection by SASL, as Kafka's SaslServerAuthenticator, and again before its session ends
 * (KIP-368). {@link SaslState} draws the states. Requests take effect one after another, on any threads; who
 * asks for the state may be anywhere.
 */
public final class SaslAuthentication {
    /** Kafka's words for a token that nobody waits for. */
    public static final String ALREADY_DONE = "SaslAuthenticate request received after successful authentication";

    /** Max requests before the handshake: a client asks for the versions once, or again in version 0. */
    private static final int MAX_UNKNOWN = 8;

    /** Max tokens of one exchange; those of SCRAM are two. */
    private static final int MAX_TOKENS = 16;

    /** Max bytes of a token of SCRAM: a name of 1,024 characters, and what belongs to it. */
    private static final int MAX_SCRAM_BYTES = 4_096;

    /** Max bytes of a token of OAUTHBEARER: reading its numbers takes quadratic time. */
    private static final int MAX_JWT_BYTES = 65_536;

    /** A client may authenticate again once in this time. */
    private static final long MIN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SaslMechanisms mechanisms;
    private final String connection;
    private final Clock clock;
    private final LogThrottle failures;
    private volatile SaslState state = new Unknown(0);

    /**
     * @param mechanisms those of the listener
     * @param connection the connection's name in the log
     * @param clock tells when sessions end
     * @param failures is told who failed, and why, without words of the peer
     */
    SaslAuthentication(SaslMechanisms mechanisms, String connection, Clock clock, LogThrottle failures) {
        this.mechanisms = mechanisms;
        this.connection = connection;
        this.clock = clock;
        this.failures = failures;
    }

    /** @return the settings of the listener */
    public SaslConfig config() {
        return mechanisms.config();
    }

    /** @return true once the peer is authenticated, and not again under way */
    public boolean isDone() {
        return state instanceof Authenticated;
    }

    /** @return true until the peer is authenticated for the first time */
    public boolean isFirst() {
        return !(state instanceof Authenticated) && !(state instanceof Exchange exchange && exchange.before() != null);
    }

    /** @return true if the next frame is a token without a header (the handshake was of version 0) */
    public boolean takesRawToken() {
        return state instanceof Exchange exchange && !exchange.isFramed();
    }

    /**
     * Checks whether the connection may go on with this request, before more than its API key is read.
     *
     * @param api the API key in its frame
     * @throws InvalidRequestException if the connection must be closed without an answer
     */
    public void requireAdmitted(short api) {
        SaslState now = state;
        if (now instanceof Authenticated session) {
            if (session.isOver(clock.nanos()) && !(api == ApiKeys.SASL_HANDSHAKE.id && mayBeginAgain(session))) {
                throw new InvalidRequestException("its session has ended, and it sent API " + api
                        + " where it had to authenticate again (" + SaslConfig.MAX_REAUTH + ")");
            }
        } else if (now instanceof Unknown before) {
            if (api != ApiKeys.API_VERSIONS.id && api != ApiKeys.SASL_HANDSHAKE.id) {
                throw new InvalidRequestException("it sent API " + api + " before it was authenticated: listener "
                        + mechanisms.config().listener() + " takes clients with security.protocol=SASL_PLAINTEXT or"
                        + " SASL_SSL only");
            }
            if (before.requests() >= MAX_UNKNOWN) {
                throw new InvalidRequestException("it sent " + MAX_UNKNOWN + " requests, and authenticated by none");
            }
            state = new Unknown(before.requests() + 1);
        } else if (now instanceof Failed) {
            throw new InvalidRequestException("it sent API " + api + " after it failed to authenticate");
        }
    }

    /**
     * @param api the API of a request that was admitted, served or not
     * @return true if the request is out of place: another than a token while tokens are exchanged, or any
     *     after the peer has failed. It is the last of the connection, so one such request is parsed
     */
    public boolean isOutOfPlace(ApiKeys api) {
        SaslState now = state;
        return now instanceof Failed || now instanceof Exchange && api != ApiKeys.SASL_AUTHENTICATE;
    }

    /**
     * Ends the authentication: nothing more is taken.
     *
     * @param reason why, without words of the peer
     */
    public void fail(String reason) {
        SaslState before = state;
        state = new Failed();
        if (!(before instanceof Failed)) {
            mechanisms.failed(before instanceof Exchange exchange ? exchange.mechanism() : SaslMechanisms.NONE);
        }
        failures.warn(
                "{} failed to authenticate at listener {}: {}",
                connection,
                mechanisms.config().listener(),
                reason);
    }

    /**
     * Begins an exchange of tokens.
     *
     * @param mechanism what the client asks for, any text
     * @param version of the request: in version 0, tokens come without headers
     * @return the answer
     */
    public SaslReply handshake(String mechanism, short version) {
        Authenticated before = null;
        if (state instanceof Authenticated session) {
            if (!mayBeginAgain(session)) {
                return SaslReply.of(new SaslHandshakeResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));
            }
            before = session;
        }
        SaslHandshakeResponseData answer = new SaslHandshakeResponseData().setMechanisms(names());
        if (!mechanisms.isEnabled(mechanism)) {
            fail("it asked for a mechanism that is not among " + names());
            return SaslReply.last(answer.setErrorCode(Errors.UNSUPPORTED_SASL_MECHANISM.code()));
        }
        try {
            state = new Exchange(mechanisms.begin(mechanism), mechanism, version > 0, before, 0, clock.nanos());
        } catch (SaslException e) {
            throw new IllegalStateException("no exchange begins by " + mechanism, e);
        }
        return SaslReply.of(answer);
    }

    private boolean mayBeginAgain(Authenticated session) {
        return session.expires() && (session.isFirst() || clock.nanos() - session.begunNanos() >= MIN_AGAIN_NANOS);
    }

    private List<String> names() {
        return List.copyOf(mechanisms.config().jaas().keySet());
    }

    /**
     * Takes a token of the exchange. May take long, where a class of others verifies credentials.
     *
     * @param token the peer's bytes
     * @param peer who is told when the peer is authenticated
     * @return the answer; without one where the exchange is without headers and there is nothing to say
     */
    public SaslReply authenticate(byte[] token, Peer peer) {
        if (!(state instanceof Exchange exchange)) {
            return SaslReply.of(refusal(Errors.ILLEGAL_SASL_STATE, ALREADY_DONE));
        }
        Exchange now = exchange.next();
        state = now;
        try {
            return evaluate(now, token, peer);
        } catch (SaslAuthenticationException e) {
            // Worded for the peer by the mechanism.
            return failed(now, e.getMessage(), "its credentials are wrong");
        } catch (AuthenticationException e) {
            fail(now.mechanism() + " was out of order");
            return SaslReply.last(null);
        } catch (SaslException e) {
            // Not worded for the peer: it may tell whether the user exists.
            return failed(now, now.refusal(), "its credentials are wrong");
        } catch (StackOverflowError e) {
            // Kafka's patterns for tokens go a step deeper with each character of some of them.
            return failed(now, now.refusal(), "its token is too long to be read");
        } catch (RuntimeException e) {
            return failed(
                    now,
                    now.refusal(),
                    "what verifies its credentials failed by " + e.getClass().getName());
        }
    }

    private SaslReply evaluate(Exchange now, byte[] token, Peer peer) throws SaslException {
        if (now.tokens() > MAX_TOKENS) {
            throw new SaslException("more than " + MAX_TOKENS + " tokens");
        }
        if (now.before() != null && !now.before().mechanism().equals(now.mechanism())) {
            throw new SaslAuthenticationException(String.format(
                    "SASL mechanism '%s' requested by client is not supported for re-authentication of mechanism '%s'",
                    now.mechanism(), now.before().mechanism()));
        }
        if (token.length > maxBytes(now.mechanism())) {
            throw new SaslException("a token of " + token.length + " bytes");
        }
        SaslServer server = now.server();
        byte[] challenge = server.evaluateResponse(token);
        long lifetimeMs = 0;
        if (server.isComplete()) {
            KafkaPrincipal principal = peer.principal(server);
            now.requireUnchanged(principal);
            Authenticated session = session(now, principal);
            lifetimeMs = session.lifetimeMs();
            server.dispose();
            peer.authenticated(principal);
            state = session;
        }
        if (challenge == null && !now.isFramed()) {
            return SaslReply.of(null);
        }
        return SaslReply.of(new SaslAuthenticateResponseData()
                .setAuthBytes(challenge == null ? new byte[0] : challenge)
                .setSessionLifetimeMs(lifetimeMs));
    }

    private static int maxBytes(String mechanism) {
        if (ScramMechanism.isScram(mechanism)) {
            return MAX_SCRAM_BYTES;
        }
        return mechanism.equals(SaslConfig.OAUTHBEARER) ? MAX_JWT_BYTES : Integer.MAX_VALUE;
    }

    /** Ends the session with the credential, or when the setting says so, whichever is first. */
    private Authenticated session(Exchange now, KafkaPrincipal principal) {
        Long credentialEndMs = (Long) now.server()
                .getNegotiatedProperty(SaslInternalConfigs.CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY);
        long maxMs = mechanisms.config().maxReauthMs(now.mechanism());
        long lifetimeMs = maxMs > 0 ? maxMs : Long.MAX_VALUE;
        if (credentialEndMs != null) {
            lifetimeMs = Math.max(0, Math.min(lifetimeMs, credentialEndMs - clock.millis()));
        }
        boolean expires = maxMs > 0 || credentialEndMs != null;
        return new Authenticated(
                principal,
                now.mechanism(),
                now.before() == null,
                now.begunNanos(),
                expires,
                clock.nanos(),
                expires ? lifetimeMs : 0);
    }

    private SaslReply failed(Exchange now, String message, String reason) {
        fail(now.mechanism() + ": " + reason);
        // A token without a header is answered by the mechanism or not at all.
        return SaslReply.last(now.isFramed() ? refusal(Errors.SASL_AUTHENTICATION_FAILED, message) : null);
    }

    private static SaslAuthenticateResponseData refusal(Errors error, String message) {
        return new SaslAuthenticateResponseData().setErrorCode(error.code()).setErrorMessage(message);
    }

    /** The connection that is authenticated. */
    public interface Peer {
        /**
         * @param server an exchange that is complete
         * @return who the peer is by it
         */
        KafkaPrincipal principal(SaslServer server);

        /** @param principal who the peer is from now on */
        void authenticated(KafkaPrincipal principal);
    }
}
