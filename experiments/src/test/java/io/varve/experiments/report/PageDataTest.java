// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.SegmentLife;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageDataTest {
    private static final int POLICIES = 12;
    private static final int SAMPLES = 3000;
    private static final int SEGMENTS = 10_000;

    @TempDir
    private Path directory;

    @Test
    void keepsAllRowsOfASmallResult() {
        PageData data = PageData.of(DrawnResult.tiered(), true);
        assertThat(data.sizes()).isEqualTo(new PageData.Sizes(1, 1, 1, 1, 1));
        PageData.Policy keep = data.policies().get(0);
        assertThat(keep.samples()).doesNotContainKey("policy");
        assertThat(keep.samples().get("time_ms")).hasSize(48).startsWith(DrawnResult.START + DrawnResult.HOUR);
        assertThat(keep.samples().get("oldest_record_age_ms")).startsWith(null, null, 3 * DrawnResult.HOUR / 2);
        assertThat(keep.segments().get("reason")).hasSize(24).startsWith(0).endsWith(1);
        assertThat(data.reasons())
                .containsExactly("its newest record is older than retention.ms=86400000", "stays: active");
    }

    /** Of 36,000 samples 2 are merged, of 72,000 reads 4; of 120,000 segments every sixth is drawn. */
    @Test
    void mergesWhatAPageHasNoSpaceFor() {
        ExperimentResult large = large();
        PageData data = PageData.of(large, true);
        assertThat(data.sizes()).isEqualTo(new PageData.Sizes(2, 4, 4, 1, 6));
        PageData.Policy second = data.policies().get(1);
        assertThat(second.samples().get("time_ms"))
                .hasSize(SAMPLES / 2)
                .startsWith(DrawnResult.START + 2 * DrawnResult.HOUR, DrawnResult.START + 4 * DrawnResult.HOUR)
                .isEqualTo(data.policies().get(0).samples().get("time_ms"));
        assertThat(second.samples().get("local_bytes")).startsWith(4 * DrawnResult.GIB, 8 * DrawnResult.GIB);
        // The first two samples have no record; the fourth's age is the greater one.
        assertThat(second.samples().get("oldest_record_age_ms"))
                .startsWith(null, 3 * DrawnResult.HOUR / 4, 5 * DrawnResult.HOUR / 4);
        assertThat(sum(second.requests(), "requests"))
                .isEqualTo(large.policies().get(1).requests().stream()
                        .mapToLong(request -> request.requests())
                        .sum());
        assertThat(sum(second.reads(), "bytes"))
                .isEqualTo(large.policies().get(1).reads().stream()
                        .mapToLong(read -> read.bytes())
                        .sum());
        assertThat(second.segments().get("base_offset")).startsWith(0L, 600L, 1200L);
    }

    @Test
    void mergesMissesOfOnePartitionThatAreRare() {
        PolicyResult policy = DrawnResult.policy("keep", 1, 1, 1, true);
        List<Miss> misses = new ArrayList<>();
        for (int i = 0; i < 2 * PageData.MAX_ROWS; i++) {
            misses.add(new Miss(
                    "keep", "nightly", "orders", 0, DrawnResult.START + i * DrawnResult.HOUR + 1, i, i + 1, 1));
        }
        ExperimentResult result = DrawnResult.result(2 * PageData.MAX_ROWS, List.of(withMisses(policy, misses)));
        PageData data = PageData.of(result, true);
        assertThat(data.sizes().missesMerged()).isEqualTo(2);
        assertThat(data.policies().get(0).misses().get("records"))
                .hasSize(PageData.MAX_ROWS)
                .containsOnly(2L);
        assertThat(data.policies().get(0).misses().get("to_offset")).startsWith(2L, 4L);
    }

    private static PolicyResult withMisses(PolicyResult policy, List<Miss> misses) {
        return new PolicyResult(
                policy.summary(), policy.samples(), policy.segments(), policy.requests(), policy.reads(), misses);
    }

    private static long sum(Map<String, List<Object>> columns, String name) {
        return columns.get(name).stream()
                .mapToLong(value -> ((Number) value).longValue())
                .sum();
    }

    @Test
    void aPageOfALargeResultIsSmall() throws IOException {
        Path page = ReportPage.write(directory, large());
        assertThat(Files.size(page)).isLessThan(10_000_000);
    }

    @Test
    void theSameResultGivesTheSamePage() throws IOException {
        Path first = ReportPage.write(Files.createDirectory(directory.resolve("a")), DrawnResult.tiered());
        Path second = ReportPage.write(Files.createDirectory(directory.resolve("b")), DrawnResult.tiered());
        assertThat(first).hasSameBinaryContentAs(second);
    }

    @Test
    void keepsTheLicenceOfTheLibrary() throws IOException {
        Path page = ReportPage.write(directory, DrawnResult.tiered());
        assertThat(page)
                .content()
                .contains("The MIT License (MIT)", "Leon Sorokin")
                .doesNotContain("{{", "two </script>");
    }

    /** As many policies and segments as a large grid has, each segment with a reason of its own. */
    private static ExperimentResult large() {
        List<PolicyResult> policies = new ArrayList<>();
        for (int rank = 1; rank <= POLICIES; rank++) {
            PolicyResult policy = DrawnResult.policy("policy " + rank, rank, SAMPLES, SEGMENTS, true);
            List<SegmentLife> lives = policy.segments().stream()
                    .map(life -> new SegmentLife(
                            life.policy(),
                            life.topic(),
                            life.partition(),
                            life.baseOffset(),
                            life.endOffset(),
                            life.bytes(),
                            life.createdMs(),
                            life.sealedMs(),
                            life.uploadedMs(),
                            life.localGoneMs(),
                            life.deletedMs(),
                            "stays until " + (life.createdMs() + life.baseOffset()) + " by time"))
                    .toList();
            policies.add(new PolicyResult(
                    policy.summary(), policy.samples(), lives, policy.requests(), policy.reads(), policy.misses()));
        }
        return DrawnResult.result(SAMPLES, policies);
    }
}
