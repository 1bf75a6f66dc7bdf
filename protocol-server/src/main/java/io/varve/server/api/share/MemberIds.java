// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.server.group.Groups;
import io.varve.server.share.ShareMember;
import org.apache.kafka.common.errors.InvalidRequestException;

/** Checks the names of groups and members in requests: both are kept in memory. Stateless. */
public final class MemberIds {
    /** Max length of a member id in characters: that of a UUID's text. */
    private static final int MAX_LENGTH = 36;

    private MemberIds() {}

    /**
     * @param member the id of a member of a share group, or null
     * @return the id
     * @throws InvalidRequestException if it is null, empty or too long
     */
    public static String checked(String member) {
        if (member == null || member.isEmpty() || member.length() > MAX_LENGTH) {
            throw new InvalidRequestException("Invalid member id in the request.");
        }
        return member;
    }

    /**
     * @param group the id of a share group, or null
     * @param member the id of a member, or null
     * @return both
     * @throws InvalidRequestException if one is null, empty or too long
     */
    static ShareMember of(String group, String member) {
        if (group == null || group.isEmpty() || group.length() > Groups.MAX_ID_LENGTH) {
            throw new InvalidRequestException("Invalid group id in the request.");
        }
        return new ShareMember(group, checked(member));
    }
}
