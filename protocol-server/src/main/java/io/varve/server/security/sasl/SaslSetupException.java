// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.VarveException;
import io.varve.server.security.CauseText;
import org.apache.kafka.common.config.SaslConfigs;

/** Reports a mechanism that cannot be prepared. The message is for the user, and tells no secret. */
public final class SaslSetupException extends VarveException {
    private static final long serialVersionUID = 1L;

    SaslSetupException(SaslConfig config, String mechanism, RuntimeException cause) {
        super(
                "listener " + config.listener() + " cannot serve " + mechanism + keys(config, mechanism) + ": "
                        + CauseText.of(cause),
                cause);
    }

    /** Kafka's messages do not say which keys could not be had. */
    private static String keys(SaslConfig config, String mechanism) {
        String key = SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL;
        Object url = config.value(mechanism, key);
        return mechanism.equals(SaslConfig.OAUTHBEARER) && url != null ? " (" + key + "=" + url + ")" : "";
    }
}
