// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.EnumSet;
import java.util.Set;

/**
 * What can be done to a request on purpose. Names, statuses and codes are those of Amazon's error
 * responses.
 */
public enum S3Fault {
    /** Refuses before anything happened: too many requests. */
    SLOW_DOWN(503, "SlowDown", Moment.BEFORE),
    /** Fails before anything happened. */
    SERVER_ERROR(500, "InternalError", Moment.BEFORE),
    /**
     * Leaves a conditional write undecided, as beside a concurrent one. Requests without a condition are
     * spared.
     */
    CONFLICT(409, "ConditionalRequestConflict", Moment.BEFORE),
    /** Refuses the credentials. */
    DENIED(403, "AccessDenied", Moment.BEFORE),
    /** Refuses credentials that were good for a while. */
    EXPIRED_TOKEN(400, "ExpiredToken", Moment.BEFORE),
    /** Closes the connection before anything happened: what a server that is away looks like. */
    UNREACHABLE(0, "", Moment.BEFORE),
    /** Carries the request out, then says that it failed. */
    ERROR_AFTER(500, "InternalError", Moment.INSTEAD_OF_ANSWER),
    /** Carries the request out, then closes the connection without an answer. */
    REPLY_LOST(0, "", Moment.INSTEAD_OF_ANSWER),
    /** Closes the connection somewhere in the body of the answer. */
    CUT_BODY(0, "", Moment.IN_BODY),
    /** Flips one bit in the body of the answer. */
    WRONG_BYTES(0, "", Moment.IN_BODY),
    /** Begins with the request later. */
    SLOW(0, "", Moment.BEFORE);

    /** When a fault strikes. */
    enum Moment {
        BEFORE,
        INSTEAD_OF_ANSWER,
        IN_BODY
    }

    final int status;
    final String code;
    final Moment moment;

    S3Fault(int status, String code, Moment moment) {
        this.status = status;
        this.code = code;
        this.moment = moment;
    }

    /** @return the kinds that a rule for this fault strikes unless it names others */
    Set<S3RequestKind> usualKinds() {
        return moment == Moment.IN_BODY ? EnumSet.of(S3RequestKind.GET) : EnumSet.allOf(S3RequestKind.class);
    }

    /** @return the error response's body */
    String body() {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                + "</Code><Message>injected on purpose</Message><RequestId>0</RequestId></Error>";
    }
}
