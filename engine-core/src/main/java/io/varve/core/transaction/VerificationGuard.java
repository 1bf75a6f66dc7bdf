// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Proves the coordinator's word that a partition belongs to a producer's open transaction (KIP-890). A
 * partition hands one out before the coordinator is asked, and wants it back with the append: when the
 * transaction ended meanwhile, it is not the one the partition remembers. Opaque, told apart by identity;
 * immutable.
 */
public final class VerificationGuard {
    /**
     * Says nothing: what the partition gives when there is nothing to ask, and what an append presents that
     * asked nobody.
     */
    public static final VerificationGuard NONE = new VerificationGuard();

    VerificationGuard() {}
}
