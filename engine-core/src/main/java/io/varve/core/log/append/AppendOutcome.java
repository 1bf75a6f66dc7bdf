// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

/**
 * Takes what has become of an append that waited to be stored together with others. One of its methods is
 * called, once, on any thread, without a lock of the log; it must be short and must not block or throw.
 */
public interface AppendOutcome {
    /** @param result the offsets of the batches */
    void appended(AppendResult result);

    /** @param reason as thrown by an append that does not wait; nothing was stored */
    void refused(RuntimeException reason);
}
