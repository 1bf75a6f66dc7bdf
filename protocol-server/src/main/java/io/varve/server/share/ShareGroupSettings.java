// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.read.Isolation;

/** Shows the settings of each share group as they are now. Thread-safe. */
public interface ShareGroupSettings {
    /** A {@link #startPoint}: behind the last record. */
    long LATEST = -1;

    /** A {@link #startPoint}: at the first record. */
    long EARLIEST = -2;

    /**
     * @param group a share group
     * @return its limits
     */
    ShareLimits limits(String group);

    /**
     * @param group a share group
     * @return which records it is shown ({@code share.isolation.level})
     */
    Isolation isolation(String group);

    /**
     * Where a group begins that has read nothing of a partition yet ({@code share.auto.offset.reset}).
     *
     * @param group a share group
     * @return {@link #LATEST}, {@link #EARLIEST}, or ms since the epoch: at the first record of that time, or
     *     of a later one
     */
    long startPoint(String group);

    /** @return max number of share sessions ({@code group.share.max.share.sessions}) */
    int maxSessions();
}
