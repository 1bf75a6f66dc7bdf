// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.Comparator;

/**
 * Names a member of a share group.
 *
 * @param group the group
 * @param member the member's id, as the client chose it
 */
public record ShareMember(String group, String member) implements Comparable<ShareMember> {
    private static final Comparator<ShareMember> ORDER =
            Comparator.comparing(ShareMember::group).thenComparing(ShareMember::member);

    /** Orders by all fields. The order has no meaning: it keeps hash maps fast when hash codes collide. */
    @Override
    public int compareTo(ShareMember other) {
        return ORDER.compare(this, other);
    }
}
