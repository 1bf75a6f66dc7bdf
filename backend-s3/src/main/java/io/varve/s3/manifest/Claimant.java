// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import java.util.Objects;
import java.util.UUID;

/**
 * Describes a server that claims the storage.
 *
 * @param incarnation its id, a new one at each start; kept on its own disks before the claim is written, so
 *     that a claim whose answer was lost is known for its own later
 * @param host the machine's name, for messages; what a {@link Claim} cannot hold is replaced
 * @param check decides whether it may claim
 */
public record Claimant(UUID incarnation, String host, ClaimCheck check) {
    /** Makes the host printable. */
    public Claimant {
        Objects.requireNonNull(incarnation, "incarnation");
        Objects.requireNonNull(check, "check");
        String printable = host.replaceAll("[^ -~]", "?");
        host = printable.substring(0, Math.min(printable.length(), Claim.MAX_HOST));
    }
}
