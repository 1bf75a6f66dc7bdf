// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Says of a listener that other machines reach what is open there. Stateless. */
final class OpenListeners {
    private OpenListeners() {}

    /**
     * @param endpoint where the listener listens
     * @param listener how it is secured
     * @param authorized true if an authorizer decides who may do what
     * @return one line on what is open and what to do; empty if nothing is, or other machines do not reach it
     */
    static String warning(Endpoint endpoint, ListenerSecurity listener, boolean authorized) {
        List<String> open = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        if (!listener.usesTls()) {
            open.add("whoever is on the way reads and changes everything (" + listener.protocol() + ")");
            remedies.add("a protocol with SSL in " + BrokerConfigDef.PROTOCOL_MAP);
        }
        if (!isAuthenticated(listener)) {
            open.add("clients need not say who they are");
            remedies.add("SASL, or " + BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG + "=required");
        }
        if (!authorized) {
            open.add("every client may do everything");
            remedies.add("authorizer.class.name");
        }
        if (open.isEmpty() || EndpointParser.isLoopback(endpoint)) {
            return "";
        }
        return "opens " + endpoint + " to other machines: " + String.join(", ", open) + ". Set "
                + String.join("; ", remedies) + "; or listen on localhost (docs/security.md)";
    }

    private static boolean isAuthenticated(ListenerSecurity listener) {
        return listener.protocol() == SecurityProtocol.SSL
                ? "required".equals(listener.settings().get(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG))
                : listener.protocol() != SecurityProtocol.PLAINTEXT;
    }
}
