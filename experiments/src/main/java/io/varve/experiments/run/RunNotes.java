// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.workload.ScaledKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;

/** Words what a reader of a result must know: of keys that were divided, of refused records. Stateless. */
final class RunNotes {
    /** More keys than the scale says by so much change what compaction leaves. */
    private static final double CLOSE = 1.05;

    /** Batches of very uneven records are beyond the limit now and then: a smaller share gets no note. */
    private static final double SELDOM = 1e-5;

    private RunNotes() {}

    static List<String> of(Scenario scenario) {
        List<String> notes = new ArrayList<>();
        for (ProducerSpec producer : scenario.traffic().producers()) {
            scenario.traffic().topics().stream()
                    .filter(topic -> topic.name().equals(producer.topic()) && compacted(scenario, topic))
                    .findFirst()
                    .flatMap(topic -> note(
                            producer.records().keys(), topic, scenario.timing().scale()))
                    .ifPresent(notes::add);
        }
        return notes;
    }

    /** @return a sentence for each policy under which the log refused records that count */
    static List<String> refused(List<PolicyResult> results) {
        List<String> notes = new ArrayList<>();
        for (PolicyResult result : results) {
            Totals totals = result.summary().totals();
            double share = totals.refusedRecords() / Math.max(1.0, totals.producedRecords() + totals.refusedRecords());
            if (share > SELDOM) {
                notes.add(String.format(
                        Locale.ROOT,
                        "%s: %,d records were refused, %.3g %% of all: producers keep or lose them",
                        result.summary().name(),
                        totals.refusedRecords(),
                        100 * share));
            }
        }
        return notes;
    }

    private static boolean compacted(Scenario scenario, TopicSpec topic) {
        return scenario.policies().stream()
                .map(policy -> policy.settingsOf(topic).getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, ""))
                .anyMatch(cleanup -> cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    private static Optional<String> note(KeySpec full, TopicSpec topic, int scale) {
        if (scale == 1 || full.cardinality() == 0) {
            return Optional.empty();
        }
        long keys = ScaledKeys.of(full, topic.partitions(), scale).cardinality();
        String note = String.format(
                Locale.ROOT,
                "%s: %,d %s for %,d, each with as many records",
                topic.name(),
                keys,
                keys == 1 ? "key stands" : "keys stand",
                full.cardinality());
        double over = keys * (double) scale / full.cardinality();
        if (over > CLOSE) {
            note += String.format(
                    Locale.ROOT,
                    ". That is %.3g times what the scale allows, and so is what compaction keeps: use a larger scale",
                    over);
        }
        if (full.skew() >= 1) {
            note += ". With a skew of 1 or more, fewer keys are less uneven: compaction finds less to remove than"
                    + " at full size";
        }
        return Optional.of(note);
    }
}
