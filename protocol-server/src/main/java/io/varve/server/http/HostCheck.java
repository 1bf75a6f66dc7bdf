// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Set;

/**
 * Checks by which name a request calls this server. A page of another site can have its own name resolve to
 * this server (DNS rebinding), and read the answers: its requests carry that name. Immutable.
 */
final class HostCheck {
    private final Set<String> names;

    /** @param names names in lower case that are accepted, besides localhost and addresses */
    HostCheck(Set<String> names) {
        this.names = names;
    }

    /**
     * @param header the request's Host header, or null
     * @return true if it names this server: by localhost, by an address, or by a name that is configured
     */
    boolean accepts(String header) {
        if (header == null) {
            return false;
        }
        String host = withoutPort(header.trim().toLowerCase(Locale.ROOT));
        return host.equals("localhost")
                || NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(host)
                || !host.isEmpty() && names.contains(host);
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? "" : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }
}
