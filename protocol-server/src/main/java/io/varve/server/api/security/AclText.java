// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;

/** Words an access control entry for the log. Stateless. */
final class AclText {
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
}
