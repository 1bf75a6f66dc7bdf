// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.read.Isolation;

/**
 * Gives all groups the same settings.
 *
 * @param limits the limits of each group
 */
public record FixedShareSettings(ShareLimits limits) implements ShareGroupSettings {
    @Override
    public ShareLimits limits(String group) {
        return limits;
    }

    @Override
    public Isolation isolation(String group) {
        return Isolation.READ_UNCOMMITTED;
    }

    @Override
    public long startPoint(String group) {
        return EARLIEST;
    }

    @Override
    public int maxSessions() {
        return 10;
    }
}
