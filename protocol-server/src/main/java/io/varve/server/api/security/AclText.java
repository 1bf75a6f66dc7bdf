// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.quota.AddressText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;

/** Words an access control entry for the log. Stateless. */
final class AclText {
    private static final String ANY = "*";

    private AclText() {}

    /** @return such as "ALLOW User:a from * to READ TOPIC orders", or "all TOPICs that begin with orders" */
    static String of(AclBinding binding) {
        AccessControlEntry entry = binding.entry();
        ResourcePattern pattern = binding.pattern();
        String resource = pattern.patternType() == PatternType.PREFIXED
                ? "all " + pattern.resourceType() + "s that begin with " + pattern.name()
                : pattern.resourceType() + " " + pattern.name();
        return entry.permissionType() + " " + entry.principal() + " from " + entry.host() + " to " + entry.operation()
                + " " + resource;
    }

    /**
     * @param host the host of an entry: for any, or an address as that of a client is written
     * @return why no client has it, with what to write; empty if one may have it
     */
    static Optional<String> doubt(String host) {
        if (host.equals(ANY)) {
            return Optional.empty();
        }
        try {
            if (AddressText.isLiteral(host)) {
                String written = InetAddress.getByName(host).getHostAddress();
                return written.equals(host) ? Optional.empty() : Optional.of(host + " (write " + written + ")");
            }
            return Optional.of(host + " (no address)");
        } catch (UnknownHostException e) {
            return Optional.of(host + " (no address)");
        }
    }
}
