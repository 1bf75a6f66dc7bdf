// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.log.append.AppendOrigin;
import io.varve.experiments.batch.BatchMaker;
import io.varve.experiments.batch.BatchSketch;
import java.nio.ByteBuffer;

/** Makes the records and appends them as a client's: each record is checked. Not thread-safe. */
public final class WholeBatches implements BatchAppends {
    private final BatchMaker maker = new BatchMaker();

    @Override
    public int append(SimulatedPartition partition, BatchSketch sketch) {
        ByteBuffer batch = maker.compressed(sketch);
        int size = batch.remaining();
        partition.log().appender().append(batch, AppendOrigin.CLIENT);
        return size;
    }
}
