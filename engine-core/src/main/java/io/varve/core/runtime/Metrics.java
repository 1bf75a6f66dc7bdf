// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.function.Consumer;

/**
 * Takes what the engine, a storage and the server measure. The server puts a library behind it; a program
 * that embeds the engine may put its own. Thread-safe, as are all it gives out.
 *
 * <p>Counters and histograms are asked for once, when their owner is made: counting then takes no lock, looks
 * nothing up and allocates nothing. What somebody knows already is not counted a second time: it is
 * {@linkplain #read read} when somebody asks for the metrics.
 */
public interface Metrics {
    /** Measures nothing, at no cost. */
    Metrics NONE = new Metrics() {
        @Override
        public Counter counter(Metric metric, String... labels) {
            return amount -> {};
        }

        @Override
        public Distribution distribution(Metric metric, String... labels) {
            return value -> {};
        }

        @Override
        public void read(Consumer<Readings> reader) {}
    };

    /** Adds up. */
    @FunctionalInterface
    interface Counter {
        /** @param amount to add, 0 or more */
        void add(long amount);
    }

    /** Counts values by their size. */
    @FunctionalInterface
    interface Distribution {
        /** @param value in the metric's unit */
        void record(double value);
    }

    /** Takes values of the moment from those who know them. */
    @FunctionalInterface
    interface Readings {
        /**
         * Adds a value. Values of one metric with equal labels add up.
         *
         * @param metric a gauge, or a counter that its owner counts itself
         * @param value in the metric's unit
         * @param labels values of the metric's labels, in their order
         */
        void add(Metric metric, double value, String... labels);
    }

    /**
     * @param metric of type COUNTER
     * @param labels values of its labels, in their order
     * @return the one counter of these labels
     */
    Counter counter(Metric metric, String... labels);

    /**
     * @param metric of type HISTOGRAM
     * @param labels values of its labels, in their order
     * @return the one distribution of these labels
     */
    Distribution distribution(Metric metric, String... labels);

    /**
     * Has values read whenever somebody asks for the metrics.
     *
     * @param reader called then, on any thread, by one thread at a time; may throw: its values are left out
     */
    void read(Consumer<Readings> reader);
}
