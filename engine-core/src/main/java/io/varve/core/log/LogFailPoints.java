// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

/**
 * Names the boundaries of durability in writing a transaction's marker, for
 * {@link io.varve.core.runtime.FailPoints}.
 */
final class LogFailPoints {
    /** A marker is accepted and its batch is built; nothing is written. */
    static final String MARKER_BEFORE_APPEND = "log.marker.before-append";
    /** A marker is with the storage, perhaps not durable; no commit is requested. */
    static final String MARKER_AFTER_APPEND = "log.marker.after-append";

    private LogFailPoints() {}
}
