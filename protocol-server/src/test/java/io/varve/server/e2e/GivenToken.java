// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.internals.secured.BasicOAuthBearerToken;

/** Has a client authenticate by the token in its JAAS entry. */
public final class GivenToken implements AuthenticateCallbackHandler {
    private String token;

    @Override
    public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        token = (String) entries.get(0).getOptions().get("token");
    }

    @Override
    public void handle(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerTokenCallback asked) {
                long now = System.currentTimeMillis();
                asked.token(new BasicOAuthBearerToken(token, Set.of(), now + TimeUnit.HOURS.toMillis(1), "olive", now));
            } else if (!(callback instanceof SaslExtensionsCallback)) {
                throw new IllegalArgumentException("asks for " + callback);
            }
        }
    }

    @Override
    public void close() {}
}
