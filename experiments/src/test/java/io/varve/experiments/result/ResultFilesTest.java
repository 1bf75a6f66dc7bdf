// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFilesTest {
    private static final long START = 1_790_000_000_000L;

    @TempDir
    private Path directory;

    @Test
    void readsWhatItWrote() throws IOException {
        ExperimentResult result = result("deleted: retention.ms=1000, \"old\"\nand gone");
        ResultFiles.write(directory, result);
        assertThat(ResultFiles.read(directory)).isEqualTo(result);
    }

    @Test
    void writesTheSameBytesAgain() throws IOException {
        ResultFiles.write(directory.resolve("a"), result("because"));
        ResultFiles.write(directory.resolve("b"), result("because"));
        for (String file :
                List.of("result.json", "samples.csv", "segments.csv", "requests.csv", "reads.csv", "misses.csv")) {
            assertThat(directory.resolve("a").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("b").resolve(file));
        }
    }

    @Test
    void writesTheColumnsThatChartsRead() throws IOException {
        ResultFiles.write(directory, result("because"));
        assertThat(directory.resolve("samples.csv")).content().isEqualTo("""
                policy,time_ms,local_bytes,remote_bytes,produced_bytes,written_bytes,oldest_record_age_ms,backlog_bytes,cost
                short,1790000060000,5000,20,5000,5100,,7,0.000012
                """);
        assertThat(directory.resolve("segments.csv")).content().isEqualTo("""
                policy,topic,partition,base_offset,end_offset,bytes,created_ms,sealed_ms,uploaded_ms,local_gone_ms,deleted_ms,reason
                short,orders,3,0,50,5000,1790000000000,1790000001000,,,1790000060000,because
                """);
        assertThat(directory.resolve("requests.csv")).content().isEqualTo("""
                policy,time_ms,kind,requests,bytes,cost
                short,1790000060000,PUT,2,20,0.00001
                """);
        assertThat(directory.resolve("reads.csv")).content().isEqualTo("""
                policy,consumer,time_ms,tier,reads,bytes,p50_ms,p99_ms,lag_records,lag_ms
                short,billing,1790000060000,disk,10,4000,0.25,3,12,4000
                """);
        assertThat(directory.resolve("misses.csv")).content().isEqualTo("""
                policy,consumer,topic,partition,time_ms,from_offset,to_offset,records
                short,billing,orders,3,1790000060000,4,9,5
                """);
    }

    @Test
    void writesSumsAsJson() throws IOException {
        ResultFiles.write(directory, result("because"));
        assertThat(directory.resolve("result.json"))
                .content()
                .contains(
                        "\"scale\" : 1000", "\"total\" : 3.75", "\"retention.ms\" : \"1000\"", "\"satisfied\" : false")
                .doesNotContain("E-");
    }

    @Test
    void namesTheRowThatIsWrong() throws IOException {
        ResultFiles.write(directory, result("because"));
        Path misses = directory.resolve("misses.csv");
        Files.writeString(misses, Files.readString(misses).replace(",4,9,5", ",4,nine,5"));
        assertThatThrownBy(() -> ResultFiles.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("misses.csv: row 2: to_offset=nine: must be a number");
    }

    @Test
    void refusesWhatIsNoResultAndAnotherFormat() throws IOException {
        assertThatThrownBy(() -> ResultFiles.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not the result of an experiment");
        ResultFiles.write(directory, result("because"));
        Path json = directory.resolve("result.json");
        Files.writeString(json, Files.readString(json).replace("\"format\" : 1", "\"format\" : 2"));
        assertThatThrownBy(() -> ResultFiles.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("result.json: has format 2, this version reads format 1");
    }

    @Test
    void readsAResultFromBeforeThereWereNotes() throws IOException {
        ExperimentResult written = result("it was old");
        ResultFiles.write(directory, written);
        Path json = directory.resolve("result.json");
        String before = Files.readString(json).replaceAll(",\\s*\"notes\" : \\[[^]]*]", "");
        assertThat(before).doesNotContain("notes");
        Files.writeString(json, before);
        assertThat(ResultFiles.read(directory).about().notes()).isEmpty();
        assertThat(ResultFiles.read(directory).policies()).isEqualTo(written.policies());
    }

    private static ExperimentResult result(String reason) {
        ExperimentSummary about = new ExperimentSummary(
                "week",
                "A week.",
                "headers",
                7,
                1000,
                START,
                60_000,
                60_000,
                "list prices",
                "a fixed 1 ms",
                List.of("one note"));
        Totals totals =
                new Totals(50, 5000, 0, 100, 20, 1.02, 2, 1, 5000, 5000, 0, 20, 20, -1, 0, 2, 4000, 3.0, 3.5, 5);
        PolicySummary summary = new PolicySummary(
                "short",
                1,
                Map.of("retention.ms", "1000"),
                totals,
                new Costs(1, 0.5, 0.25, 0.5, 0.5, 0, 1, 0.000001),
                List.of(new ConstraintResult("no consumer loses data", false, 5, "records")));
        return new ExperimentResult(
                about,
                List.of(new PolicyResult(
                        summary,
                        List.of(new Sample("short", START + 60_000, 5000, 20, 5000, 5100, -1, 7, 0.000012)),
                        List.of(new SegmentLife(
                                "short",
                                "orders",
                                3,
                                0,
                                50,
                                5000,
                                START,
                                START + 1000,
                                -1,
                                -1,
                                START + 60_000,
                                reason)),
                        List.of(new RequestSample("short", START + 60_000, "PUT", 2, 20, 0.00001)),
                        List.of(new ReadSample(
                                "short", "billing", START + 60_000, "disk", 10, 4000, 0.25, 3, 12, 4000)),
                        List.of(new Miss("short", "billing", "orders", 3, START + 60_000, 4, 9, 5)))));
    }
}
