// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.acl;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.metadata.authorizer.StandardAcl;

/**
 * Bounds the access control entries that are kept, wherever they come from: they are in memory, each time the
 * server starts. Not thread-safe.
 */
public final class AclBounds {
    /** Max number of entries that are kept. */
    static final int MAX_ACLS = 50_000;

    /** Max characters of the name of a resource, of a principal and of a host. */
    static final int MAX_LENGTH = 2_048;

    /** Max characters of all entries together. */
    static final int MAX_CHARACTERS = 16 * 1024 * 1024;

    static final String TOO_LONG =
            "The name of a resource, a principal and a host have at most " + MAX_LENGTH + " characters each";

    private final Set<StandardAcl> kept;
    private long characters;

    /** @param present the entries that are kept */
    AclBounds(Collection<StandardAcl> present) {
        kept = new HashSet<>(present);
        characters = present.stream().mapToLong(AclBounds::characters).sum();
    }

    /**
     * Checks that entries of another cluster can be kept beside those that are here.
     *
     * @param present the entries that are kept; those of them that come again do not count twice
     * @param added the entries of the other cluster
     * @throws PolicyViolationException if they are too many or too long, so that none is to be taken: to
     *     leave some out could allow what the others deny
     */
    public static void requireWithin(Collection<StandardAcl> present, Collection<StandardAcl> added) {
        AclBounds bounds = new AclBounds(present);
        for (StandardAcl acl : added) {
            if (isTooLong(acl.resourceName(), acl.principal(), acl.host())) {
                throw new PolicyViolationException(TOO_LONG);
            }
            if (!bounds.isKept(acl)) {
                bounds.keep(acl).ifPresent(why -> {
                    throw new PolicyViolationException(why);
                });
            }
        }
    }

    /** @return true if a text of an entry has more characters than it may have */
    static boolean isTooLong(String resource, String principal, String host) {
        return Math.max(resource.length(), Math.max(principal.length(), host.length())) > MAX_LENGTH;
    }

    /** @return number of characters of an entry */
    static int characters(StandardAcl acl) {
        return acl.resourceName().length()
                + acl.principal().length()
                + acl.host().length();
    }

    /** @return true if the same entry is kept already */
    boolean isKept(StandardAcl acl) {
        return kept.contains(acl);
    }

    /**
     * Keeps an entry that is not kept yet, if it is within the bounds.
     *
     * @return why it is not kept; empty if it is
     */
    Optional<String> keep(StandardAcl acl) {
        if (kept.size() >= MAX_ACLS) {
            return Optional.of(MAX_ACLS + " ACLs are kept, and there are so many already");
        }
        if (characters + characters(acl) > MAX_CHARACTERS) {
            return Optional.of("The ACLs that are kept have at most " + MAX_CHARACTERS + " characters together");
        }
        kept.add(acl);
        characters += characters(acl);
        return Optional.empty();
    }
}
