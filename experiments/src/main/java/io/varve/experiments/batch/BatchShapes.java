// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Numbers the shapes of one run. Thread-safe. */
public final class BatchShapes {
    private final List<BatchShape> shapes = new ArrayList<>();
    private final Map<BatchShape, Integer> numbers = new IdentityHashMap<>();

    /**
     * @param shape a shape
     * @return its number
     */
    public synchronized int add(BatchShape shape) {
        shapes.add(shape);
        numbers.put(shape, shapes.size() - 1);
        return shapes.size() - 1;
    }

    /**
     * @param shape the very object that was added
     * @return its number
     */
    public synchronized int number(BatchShape shape) {
        Integer number = numbers.get(shape);
        if (number == null) {
            throw new IllegalArgumentException("a shape that was not added");
        }
        return number;
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
