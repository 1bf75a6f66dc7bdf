// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import java.util.LinkedHashSet;
import java.util.List;

/** Takes what a request names several times once: an answer can be large, and must not be as large as a client likes. */
final class Distinct {
    private Distinct() {}

    /** @return the names, each where it came first */
    static List<String> of(List<String> names) {
        return List.copyOf(new LinkedHashSet<>(names));
    }
}
