// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.Costs;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.Constraint;
import java.util.List;

/**
 * Compares what a run measured with what its scenario demands.
 *
 * @param totals of the run
 * @param costs of the run
 * @param samples of the run, in the order of time
 * @param startMs begin of the run, in ms since the epoch
 * @param maxLagMs the largest lag of a consumer at a sample, in ms
 */
record ConstraintCheck(Totals totals, Costs costs, List<Sample> samples, long startMs, long maxLagMs) {
    ConstraintResult check(Constraint constraint) {
        double measured = measured(constraint);
        return new ConstraintResult(
                constraint.text(), constraint.holds(measured), measured, unit(constraint.measure()));
    }

    private double measured(Constraint constraint) {
        return switch (constraint.measure()) {
            case LOST_RECORDS -> totals.missedRecords();
            case FIRST_BYTE -> totals.readP99Ms();
            case OLDEST_RECORD -> oldest((long) constraint.limit());
            case COST -> costs.perMonth();
            case LOCAL_BYTES -> totals.maxLocalBytes();
            case REMOTE_BYTES -> totals.maxRemoteBytes();
            case LAG -> maxLagMs;
            case WRITE_AMPLIFICATION -> totals.writeAmplification();
        };
    }

    /** @return the least age at a sample since the run was older than the limit, or the last age */
    private double oldest(long limitMs) {
        return samples.stream()
                .filter(sample -> sample.timeMs() - startMs > limitMs)
                .mapToLong(Sample::oldestRecordAgeMs)
                .min()
                .orElse(totals.endOldestRecordAgeMs());
    }

    private static String unit(Constraint.Measure measure) {
        return switch (measure) {
            case LOST_RECORDS -> "records";
            case FIRST_BYTE, OLDEST_RECORD, LAG -> "ms";
            case COST -> "$/month";
            case LOCAL_BYTES, REMOTE_BYTES -> "bytes";
            case WRITE_AMPLIFICATION -> "bytes/byte";
        };
    }
}
