// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.SecurityUtils;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;

/**
 * The settings of access control.
 *
 * @param className {@code authorizer.class.name}: empty for none, or {@link #STANDARD}
 * @param superUsers {@code super.users}: principals that may do everything, separated by semicolons
 * @param allowEveryone {@code allow.everyone.if.no.acl.found}: true if everybody may do everything with a
 *     resource that no ACL is about
 */
public record AuthorizerConfig(String className, String superUsers, boolean allowEveryone) {
    /** The key of the authorizer's class. */
    public static final String CLASS_NAME = "authorizer.class.name";

    /** The key of the principals that may do everything. */
    public static final String SUPER_USERS = StandardAuthorizer.SUPER_USERS_CONFIG;

    /** The key of what holds for resources that no ACL is about. */
    public static final String ALLOW_EVERYONE = StandardAuthorizer.ALLOW_EVERYONE_IF_NO_ACL_IS_FOUND_CONFIG;

    /** Kafka's authorizer on ACLs in the metadata; the only one there is. */
    public static final String STANDARD = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

    /** No access control. */
    public static final AuthorizerConfig NONE = new AuthorizerConfig("", "", false);

    /**
     * @throws ConfigException if the class is another one, or a super user is no principal; names key and
     *     value
     */
    public AuthorizerConfig {
        if (!className.isEmpty() && !className.equals(STANDARD)) {
            throw new ConfigException(
                    CLASS_NAME, className, "must be " + STANDARD + ", or empty for no access control");
        }
        for (String user : superUsers.split(";")) {
            if (!user.isBlank()) {
                checkPrincipal(user.trim(), superUsers);
            }
        }
    }

    private static void checkPrincipal(String user, String superUsers) {
        try {
            SecurityUtils.parseKafkaPrincipal(user);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    SUPER_USERS, superUsers, "must be principals, as User:admin, separated by semicolons");
        }
    }

    /** @return true if there is an authorizer */
    public boolean isEnabled() {
        return !className.isEmpty();
    }
}
