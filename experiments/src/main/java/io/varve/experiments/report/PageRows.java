// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.report.MergedRows.MergeRule;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.result.RequestSample;
import io.varve.experiments.result.Sample;
import java.util.List;

/** Says how the rows of each table are merged: sums stay sums, and extremes stay extremes. Stateless. */
final class PageRows {
    /** Keeps the most bytes, the least age, and sums at the end of the period. */
    static final MergeRule<Sample> SAMPLES = new MergeRule<>(Sample::timeMs, Sample::policy, PageRows::merge);

    /** Keeps sums. */
    static final MergeRule<RequestSample> REQUESTS =
            new MergeRule<>(RequestSample::timeMs, RequestSample::kind, PageRows::merge);

    /** Keeps sums, the longest times and the largest lags. */
    static final MergeRule<ReadSample> READS =
            new MergeRule<>(ReadSample::timeMs, read -> List.of(read.consumer(), read.tier()), PageRows::merge);

    /** Keeps sums of records, and the time of the first miss. */
    static final MergeRule<Miss> MISSES = new MergeRule<>(
            Miss::timeMs, miss -> List.of(miss.consumer(), miss.topic(), miss.partition()), PageRows::merge);

    private PageRows() {}

    private static Sample merge(Sample first, Sample last) {
        return new Sample(
                last.policy(),
                last.timeMs(),
                Math.max(first.localBytes(), last.localBytes()),
                Math.max(first.remoteBytes(), last.remoteBytes()),
                last.producedBytes(),
                last.writtenBytes(),
                leastAge(first.oldestRecordAgeMs(), last.oldestRecordAgeMs()),
                Math.max(first.backlogBytes(), last.backlogBytes()),
                last.cost());
    }

    /** @return the lesser age; -1, which stands for no record, only if there is no other */
    private static long leastAge(long first, long last) {
        return first < 0 || last < 0 ? Math.max(first, last) : Math.min(first, last);
    }

    private static RequestSample merge(RequestSample first, RequestSample last) {
        return new RequestSample(
                last.policy(),
                last.timeMs(),
                last.kind(),
                first.requests() + last.requests(),
                first.bytes() + last.bytes(),
                first.cost() + last.cost());
    }

    private static ReadSample merge(ReadSample first, ReadSample last) {
        return new ReadSample(
                last.policy(),
                last.consumer(),
                last.timeMs(),
                last.tier(),
                first.reads() + last.reads(),
                first.bytes() + last.bytes(),
                Math.max(first.p50Ms(), last.p50Ms()),
                Math.max(first.p99Ms(), last.p99Ms()),
                Math.max(first.lagRecords(), last.lagRecords()),
                Math.max(first.lagMs(), last.lagMs()));
    }

    private static Miss merge(Miss first, Miss last) {
        return new Miss(
                first.policy(),
                first.consumer(),
                first.topic(),
                first.partition(),
                first.timeMs(),
                first.fromOffset(),
                last.toOffset(),
                first.records() + last.records());
    }
}
