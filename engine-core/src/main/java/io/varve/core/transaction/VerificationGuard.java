// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Proves that the coordinator confirmed a partition as part of a producer's open transaction (KIP-890). The
 * partition gives a guard before the request to the coordinator, and the append passes it back. When the
 * transaction ended meanwhile, the partition no longer remembers that guard. Opaque, compared by identity;
 * immutable.
 */
public final class VerificationGuard {
    /**
     * Proves nothing: the guard when no verification is needed, and that of an append without one.
     */
    public static final VerificationGuard NONE = new VerificationGuard();

    VerificationGuard() {}
}
