// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
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
        principals(superUsers);
    }

    /** Reads the principals as Kafka's authorizer does. */
    private static List<KafkaPrincipal> principals(String superUsers) {
        List<KafkaPrincipal> principals = new ArrayList<>();
        for (String item : superUsers.split(";")) {
            String user = item.trim();
            try {
                if (!user.isEmpty()) {
                    principals.add(SecurityUtils.parseKafkaPrincipal(user));
                }
            } catch (IllegalArgumentException e) {
                throw new ConfigException(
                        SUPER_USERS,
                        superUsers,
                        "must be principals, as User:admin, separated by semicolons: " + user + " is none");
            }
        }
        return principals;
    }

    /**
     * @return what is allowed, and means hardly what was meant; one line for each, which begins with the key
     */
    public List<String> doubts() {
        List<KafkaPrincipal> users = principals(superUsers);
        if (users.isEmpty()) {
            return List.of();
        }
        if (!isEnabled()) {
            return List.of(
                    SUPER_USERS + " has no effect, and every client may do everything: " + CLASS_NAME + " is not set");
        }
        return users.stream().flatMap(user -> doubt(user).stream()).toList();
    }

    private static Optional<String> doubt(KafkaPrincipal user) {
        String name = user.getName();
        String why = null;
        if (!user.getPrincipalType().equals(KafkaPrincipal.USER_TYPE)) {
            why = "whom no client can be: every client is User:NAME";
        } else if (name.isBlank() || !name.equals(name.trim())) {
            why = "whose name is empty or begins with a space, and clients' hardly do: write User:NAME";
        } else if (name.equals("*")) {
            why = "which is a user of that name, and not everybody";
        } else if (name.contains("," + KafkaPrincipal.USER_TYPE + ":")) {
            why = "which is one user of that long name: principals are separated by semicolons";
        }
        return Optional.ofNullable(why).map(reason -> SUPER_USERS + " names " + user + ", " + reason);
    }

    /** @return true if there is an authorizer */
    public boolean isEnabled() {
        return !className.isEmpty();
    }
}
