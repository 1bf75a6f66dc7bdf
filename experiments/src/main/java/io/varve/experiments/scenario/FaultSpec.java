// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/** Describes what goes wrong during a run. */
public sealed interface FaultSpec {
    /**
     * The bucket answers nothing.
     *
     * @param fromMs in ms after the run's start
     * @param toMs exclusive, in ms after the run's start, after {@code fromMs}
     */
    record S3Outage(long fromMs, long toMs) implements FaultSpec {}

    /**
     * The disk is small.
     *
     * @param bytes what fits on it, above 0
     */
    record LimitedDisk(long bytes) implements FaultSpec {}
}
