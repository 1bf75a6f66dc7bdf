// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.BatchSketch;
import io.varve.experiments.batch.SketchForm;
import java.nio.ByteBuffer;

/**
 * Appends sketches as they are, for a storage that keeps sketches. What the log might refuse, or what is too
 * small for a sketch's form, is appended as whole records, which are checked. Not thread-safe.
 */
public final class SketchAppends implements BatchAppends {
    private static final int INITIAL = 1 << 20;

    private final BatchShapes shapes;
    private final WholeBatches whole = new WholeBatches();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(INITIAL);

    /** @param shapes numbers the shapes that sketches name */
    public SketchAppends(BatchShapes shapes) {
        this.shapes = shapes;
    }

    @Override
    public int append(SimulatedPartition partition, BatchSketch sketch) {
        PartitionConfig config = partition.log().config();
        boolean ahead = sketch.maxTimestamp() - sketch.lastMs() > config.timestampAfterMaxMs();
        boolean behind = config.timestampBeforeMaxMs() < Long.MAX_VALUE;
        if (sketch.size() < SketchForm.MIN_SIZE
                || sketch.size() > config.maxMessageBytes()
                || ahead
                || behind
                || config.logAppendTime()) {
            return whole.append(partition, sketch);
        }
        if (buffer.capacity() < sketch.size()) {
            buffer = ByteBuffer.allocateDirect(2 * sketch.size());
        }
        SketchForm.write(sketch, shapes.number(sketch.shape()), buffer);
        partition.log().appender().append(buffer, AppendOrigin.VOUCHED);
        return sketch.size();
    }
}
