// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.experiments.batch.BatchSketch;

/** Appends the batch that a sketch stands for. */
public interface BatchAppends {
    /**
     * @param partition where to
     * @param sketch which batch
     * @return bytes of the batch as it was appended
     * @throws io.varve.core.VarveException if the log refuses it
     */
    int append(SimulatedPartition partition, BatchSketch sketch);
}
