// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import java.util.ArrayList;
import java.util.List;

/** Numbers the shapes of one run. Thread-safe. */
public final class BatchShapes {
    private final List<BatchShape> shapes = new ArrayList<>();

    /**
     * @param shape a shape
     * @return its number
     */
    public synchronized int add(BatchShape shape) {
        shapes.add(shape);
        return shapes.size() - 1;
    }

    /**
     * @param number from {@link #add}
     * @return the shape
     */
    public synchronized BatchShape get(int number) {
        if (number < 0 || number >= shapes.size()) {
            throw new IllegalArgumentException("no shape has the number " + number + " of " + shapes.size());
        }
        return shapes.get(number);
    }
}
