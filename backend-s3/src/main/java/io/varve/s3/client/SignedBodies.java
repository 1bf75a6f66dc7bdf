// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names the bodies that requests' signatures cover. Headers are always signed. */
enum SignedBodies {
    /** All of them, over https too. */
    ALL,
    /** Those that are sent over http. */
    OVER_HTTP,
    /** Small ones over http; objects' content is protected by its checksum alone, or by TLS. */
    SMALL;

    private static final Pattern THIS_MACHINE =
            Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    /**
     * @param endpoint the store's address; empty for AWS
     * @return what fits it: a signature protects from those on the way, and within a machine there is none
     */
    static SignedBodies fitting(Optional<URI> endpoint) {
        boolean within = endpoint.filter(
                        uri -> THIS_MACHINE.matcher(uri.getHost()).matches())
                .isPresent();
        return within ? SMALL : OVER_HTTP;
    }
}
