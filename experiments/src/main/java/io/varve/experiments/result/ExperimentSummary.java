// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Says what was run.
 *
 * @param name the scenario's name
 * @param description the scenario's description; may be empty
 * @param backend the storage that ran: {@code headers}, {@code memory}, {@code file}, {@code lmdb}, or
 *     {@code s3 over file}
 * @param seed of the workload
 * @param scale 1 for full size; N if bytes, rates and limits were divided by N. Bytes and records of all
 *     results are multiplied by N again; requests are as counted
 * @param startMs begin of the run, in ms of virtual time since the epoch
 * @param durationMs length of the run in ms
 * @param samplePeriodMs ms between two samples
 * @param prices what the prices are of, and their date
 * @param latencies the model of latencies that gave the times of reads, in words
 * @param notes what else a reader of the numbers must know, in whole sentences; may be empty
 */
public record ExperimentSummary(
        String name,
        String description,
        String backend,
        long seed,
        long scale,
        long startMs,
        long durationMs,
        long samplePeriodMs,
        String prices,
        String latencies,
        List<String> notes) {
    /** @throws IllegalArgumentException if the scale is less than 1 */
    public ExperimentSummary {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(prices, "prices");
        Objects.requireNonNull(latencies, "latencies");
        // Results of earlier versions have none.
        notes = notes == null ? List.of() : List.copyOf(notes);
        if (scale < 1) {
            throw new IllegalArgumentException("scale " + scale + ": must be 1 or more");
        }
    }

    /** @return the same with one more note */
    public ExperimentSummary with(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new ExperimentSummary(
                name, description, backend, seed, scale, startMs, durationMs, samplePeriodMs, prices, latencies, more);
    }
}
