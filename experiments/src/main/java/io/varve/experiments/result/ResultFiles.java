// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes a result into a directory, and reads it back: {@code result.json} and one CSV file for each kind of
 * measurement. The same result gives the same bytes.
 */
public final class ResultFiles {
    /** Version of the files: another one is written when a column or a name changes its meaning or goes. */
    private static final int FORMAT = 1;

    private static final String SUMMARY = "result.json";
    private static final String SAMPLES = "samples.csv";
    private static final String SEGMENTS = "segments.csv";
    private static final String REQUESTS = "requests.csv";
    private static final String READS = "reads.csv";
    private static final String MISSES = "misses.csv";

    private static final CsvTable<Sample> SAMPLE = new CsvTable<>(Sample.class);
    private static final CsvTable<SegmentLife> SEGMENT = new CsvTable<>(SegmentLife.class);
    private static final CsvTable<RequestSample> REQUEST = new CsvTable<>(RequestSample.class);
    private static final CsvTable<ReadSample> READ = new CsvTable<>(ReadSample.class);
    private static final CsvTable<Miss> MISS = new CsvTable<>(Miss.class);

    /** Holds what {@code result.json} does. */
    private record Summary(int format, ExperimentSummary experiment, List<PolicySummary> policies) {}

    private static final ObjectMapper JSON =
            ResultJson.mapper().configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true);

    private ResultFiles() {}

    /**
     * Writes a result; files of an earlier one are replaced.
     *
     * @param directory where to; created when absent
     * @param result what to write
     * @throws IOException if a file cannot be written
     */
    public static void write(Path directory, ExperimentResult result) throws IOException {
        Files.createDirectories(directory);
        List<PolicyResult> policies = result.policies();
        Summary summary = new Summary(
                FORMAT,
                result.about(),
                policies.stream().map(PolicyResult::summary).toList());
        Files.writeString(directory.resolve(SUMMARY), JSON.writer(printer()).writeValueAsString(summary) + "\n");
        SAMPLE.write(directory.resolve(SAMPLES), all(policies, PolicyResult::samples));
        SEGMENT.write(directory.resolve(SEGMENTS), all(policies, PolicyResult::segments));
        REQUEST.write(directory.resolve(REQUESTS), all(policies, PolicyResult::requests));
        READ.write(directory.resolve(READS), all(policies, PolicyResult::reads));
        MISS.write(directory.resolve(MISSES), all(policies, PolicyResult::misses));
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    }

    private static <R> List<R> all(List<PolicyResult> policies, Function<PolicyResult, List<R>> rows) {
        return policies.stream().flatMap(policy -> rows.apply(policy).stream()).toList();
    }

    /**
     * Reads a result.
     *
     * @param directory where {@link #write} wrote it
     * @return the result
     * @throws IOException if a file is absent or damaged, or of another format: the message names it
     */
    public static ExperimentResult read(Path directory) throws IOException {
        Summary summary = summary(directory);
        Map<String, List<Sample>> samples = byPolicy(SAMPLE.read(directory.resolve(SAMPLES)), Sample::policy);
        Map<String, List<SegmentLife>> segments =
                byPolicy(SEGMENT.read(directory.resolve(SEGMENTS)), SegmentLife::policy);
        Map<String, List<RequestSample>> requests =
                byPolicy(REQUEST.read(directory.resolve(REQUESTS)), RequestSample::policy);
        Map<String, List<ReadSample>> reads = byPolicy(READ.read(directory.resolve(READS)), ReadSample::policy);
        Map<String, List<Miss>> misses = byPolicy(MISS.read(directory.resolve(MISSES)), Miss::policy);
        List<PolicyResult> policies = new ArrayList<>();
        for (PolicySummary policy : summary.policies()) {
            policies.add(new PolicyResult(
                    policy,
                    samples.getOrDefault(policy.name(), List.of()),
                    segments.getOrDefault(policy.name(), List.of()),
                    requests.getOrDefault(policy.name(), List.of()),
                    reads.getOrDefault(policy.name(), List.of()),
                    misses.getOrDefault(policy.name(), List.of())));
        }
        return new ExperimentResult(summary.experiment(), policies);
    }

    private static Summary summary(Path directory) throws IOException {
        Path json = directory.resolve(SUMMARY);
        if (!Files.isRegularFile(json)) {
            throw new NoSuchFileException(json.toString(), null, directory + " is not the result of an experiment");
        }
        try {
            JsonNode tree = JSON.readTree(Files.readString(json));
            int format = tree.path("format").asInt();
            if (format != FORMAT) {
                throw new IOException(json + ": has format " + format + ", this version reads format " + FORMAT
                        + ": run the experiment again");
            }
            Summary summary = JSON.treeToValue(tree, Summary.class);
            if (summary.experiment() == null || summary.policies() == null) {
                throw new IOException(json + ": must have experiment and policies");
            }
            return summary;
        } catch (JsonProcessingException e) {
            throw new IOException(json + ": " + e.getOriginalMessage(), e);
        }
    }

    private static <R> Map<String, List<R>> byPolicy(List<R> rows, Function<R, String> policy) {
        Map<String, List<R>> grouped = new LinkedHashMap<>();
        rows.forEach(row -> grouped.computeIfAbsent(policy.apply(row), name -> new ArrayList<>())
                .add(row));
        return grouped;
    }
}
