// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.server.logging.LogThrottle;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator;
import org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidatorException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.internals.secured.ConfigurationUtils;
import org.apache.kafka.common.utils.Utils;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Validates the tokens of OAUTHBEARER as Kafka's validator for brokers does: they must be signed by a key of
 * the JWKS. Answers as Kafka's {@code OAuthBearerValidatorCallbackHandler}, which logs a stack trace with the
 * token for each that is refused; this class logs the reason, throttled. Thread-safe once configured.
 */
final class SignedTokens implements AuthenticateCallbackHandler {
    private final LogThrottle refused;
    private final IssuerKeys issuer;
    private JwtValidator validator;

    /**
     * @param refused logs why tokens are refused
     * @param issuer finds the keys of tokens where they are not in a file; closed with this
     */
    SignedTokens(LogThrottle refused, IssuerKeys issuer) {
        this.refused = refused;
        this.issuer = issuer;
    }

    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        if (keysUrl(new ConfigurationUtils(configs, mechanism)).getProtocol().equalsIgnoreCase("file")) {
            validator = new BrokerJwtValidator();
        } else {
            validator = new DefaultJwtValidator(issuer);
            issuer.configure(configs, mechanism, entries);
        }
        validator.configure(configs, mechanism, entries);
    }

    /** @return where the keys are, an address that is allowed */
    static URL keysUrl(ConfigurationUtils settings) {
        return settings.validateUrl(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerValidatorCallback asked) {
                validate(asked);
            } else if (callback instanceof OAuthBearerExtensionsValidatorCallback asked) {
                asked.inputExtensions().map().keySet().forEach(asked::valid);
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private void validate(OAuthBearerValidatorCallback asked) {
        try {
            asked.token(validator.validate(asked.tokenValue()));
        } catch (JwtValidatorException e) {
            refused.warn("a token was refused: {}", reason(e));
            asked.error("invalid_token", null, null);
        }
    }

    /** Words what is wrong without the words of the peer: messages of the validator quote the token. */
    private static String reason(JwtValidatorException e) {
        if (!(e.getCause() instanceof InvalidJwtException invalid)) {
            return "not a token of three parts with the claims that are needed";
        }
        if (invalid.hasExpired()) {
            return "it has expired";
        }
        return invalid.getErrorDetails().stream()
                .map(ErrorCodeValidator.Error::getErrorCode)
                .map(SignedTokens::text)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String text(int code) {
        return switch (code) {
            case org.jose4j.jwt.consumer.ErrorCodes.SIGNATURE_INVALID,
                    org.jose4j.jwt.consumer.ErrorCodes.SIGNATURE_MISSING -> "its signature is missing or wrong";
            case org.jose4j.jwt.consumer.ErrorCodes.AUDIENCE_INVALID,
                    org.jose4j.jwt.consumer.ErrorCodes.AUDIENCE_MISSING -> "its audience is missing or wrong";
            case org.jose4j.jwt.consumer.ErrorCodes.ISSUER_INVALID, org.jose4j.jwt.consumer.ErrorCodes.ISSUER_MISSING ->
                "its issuer is missing or wrong";
            default -> "code " + code + " of jose4j's ErrorCodes";
        };
    }

    @Override
    public void close() {
        Utils.closeQuietly(validator, "JWT validator");
        issuer.close();
    }
}
