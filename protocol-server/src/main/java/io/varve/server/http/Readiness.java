// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.List;

/** Tells whether clients can read and write everything. Thread-safe. */
@FunctionalInterface
public interface Readiness {
    /** @return why they cannot, one line for each reason; empty if they can */
    List<String> reasons();
}
