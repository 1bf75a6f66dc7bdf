// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.StorageException;
import java.util.Objects;
import java.util.UUID;

/**
 * Names an owner of the storage.
 *
 * @param number number of its entry in the manifest, 1 or more
 * @param incarnation id of the running server that claimed: a new one at each start
 * @param timeMs when it claimed, in ms since the epoch by its own clock
 * @param host the machine it ran on, for messages; at most {@value #MAX_HOST} characters of ASCII
 */
public record Claim(long number, UUID incarnation, long timeMs, String host) {
    static final int MAX_HOST = 255;

    /** @throws StorageException MISUSE if a component is out of the range given above */
    public Claim {
        Objects.requireNonNull(incarnation, "incarnation");
        if (number < 1 || host.length() > MAX_HOST || !host.chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    "claim " + number + " of host '" + host + "': the number must be 1 or more, the host at most "
                            + MAX_HOST + " printable characters of ASCII");
        }
    }
}
