// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.s3.price.PriceTable;
import java.util.List;

/**
 * Describes what a run is stored on, what goes wrong there, and what it costs.
 *
 * @param backend the storage
 * @param faults what goes wrong, in the file's order
 * @param prices what bytes and requests cost
 */
public record Environment(BackendSpec backend, List<FaultSpec> faults, PriceTable prices) {
    /** Copies the list. */
    public Environment {
        faults = List.copyOf(faults);
    }
}
