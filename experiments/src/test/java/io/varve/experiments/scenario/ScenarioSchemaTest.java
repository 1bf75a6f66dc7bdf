// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Tests that the schema for editors and the reader know the same keys, and agree on files. */
class ScenarioSchemaTest {
    private static final Path DIRECTORY = Path.of("../config/experiments");
    private static final String SCENARIO = "scenario.schema.json";
    private static final String POLICIES = "policies.schema.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Policies by their names, where the file with every key has a grid. */
    private static final String LISTED = """
            policies:
              - {name: a-day, retention.ms: 1d, compression: lz4, topics: {prices: {retention.ms: 1d}}}
            """;

    private static JsonSchema schema(String file) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SchemaLocation.of(DIRECTORY.resolve(file).toUri().toString()));
    }

    private static Set<ValidationMessage> validate(String schema, String yaml) {
        Object read = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return schema(schema).validate(JSON.valueToTree(read));
    }

    private static JsonNode definitions() throws IOException {
        return JSON.readTree(DIRECTORY.resolve(SCENARIO).toFile()).get("definitions");
    }

    /** Finds the keys of a kind of block: those of the definition of its name, or of its form as a block. */
    private static Optional<Set<String>> keys(JsonNode definition) {
        if (definition.has("oneOf")) {
            for (JsonNode form : definition.get("oneOf")) {
                if (form.has("properties")) {
                    return keys(form);
                }
            }
        }
        Set<String> keys = new TreeSet<>();
        definition.path("properties").fieldNames().forEachRemaining(keys::add);
        return definition.has("properties") ? Optional.of(keys) : Optional.empty();
    }

    private static Set<String> names(JsonNode definition) {
        Set<String> names = new TreeSet<>();
        definition.get("enum").forEach(name -> names.add(name.asText()));
        return names;
    }

    static List<Path> ready() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static String withoutPolicies(String scenario) {
        return scenario.substring(0, scenario.indexOf("policies:"));
    }

    @Test
    void schemaAndReaderKnowTheSameKeys() throws Exception {
        String everything = ScenarioFileTest.everything();
        Problems grid = new Problems("grid");
        ScenarioFile.parse(grid, everything);
        Problems list = new Problems("list");
        ScenarioFile.parse(list, withoutPolicies(everything) + LISTED);
        Problems policies = new Problems("policies");
        ScenarioFile.parse(new Problems("trace"), withoutPolicies(everything), policies, LISTED);

        Map<String, Set<String>> read = new TreeMap<>();
        for (Problems each : List.of(grid, list, policies)) {
            each.keys()
                    .forEach((kind, keys) ->
                            read.computeIfAbsent(kind, added -> new TreeSet<>()).addAll(keys));
        }
        Map<String, Set<String>> known = new TreeMap<>();
        definitions().properties().forEach(definition -> {
            if (!definition.getKey().endsWith("-settings")) {
                keys(definition.getValue()).ifPresent(keys -> known.put(definition.getKey(), keys));
            }
        });
        assertThat(known).isEqualTo(read);
    }

    @Test
    void schemaNamesTheSettingsThereAre() throws Exception {
        Set<String> topics = new TreeSet<>(new TopicSettings(true).names());
        Set<String> storages = new TreeSet<>();
        for (StorageProvider provider : ServiceLoader.load(StorageProvider.class)) {
            provider.settings().stream().map(StorageSetting::key).forEach(storages::add);
        }
        JsonNode definitions = definitions();
        assertThat(names(definitions.get("topic-setting-name"))).isEqualTo(topics);
        assertThat(keys(definitions.get("topic-settings"))).contains(topics);
        assertThat(names(definitions.get("storage-setting-name"))).isEqualTo(storages);
        assertThat(keys(definitions.get("storage-settings"))).contains(storages);
    }

    @ParameterizedTest
    @MethodSource("ready")
    void readyFilesAreValidAndNameTheirSchema(Path file) throws Exception {
        String text = Files.readString(file);
        String schema = text.lines().findFirst().orElseThrow().replace("# yaml-language-server: $schema=", "");
        assertThat(schema).isIn(SCENARIO, POLICIES);
        assertThat(validate(schema, text)).isEmpty();
        if (schema.equals(SCENARIO)) {
            ScenarioFile.read(file);
        } else {
            Path trace = Files.createTempFile("everything", ".yaml");
            Files.writeString(trace, ScenarioFileTest.everything());
            assertThat(ScenarioFile.read(trace, file).policies()).isNotEmpty();
            Files.delete(trace);
        }
    }

    @Test
    void aFileWithEveryKeyIsValid() throws Exception {
        String everything = ScenarioFileTest.everything();
        assertThat(validate(SCENARIO, everything)).isEmpty();
        assertThat(validate(SCENARIO, withoutPolicies(everything) + LISTED)).isEmpty();
        assertThat(validate(POLICIES, LISTED)).isEmpty();
    }

    /** What the reader refuses, the schema does too, as far as one value tells. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: everything              | nane: everything",
                "name: everything              | # no name",
                "duration: 7d                  | duration: 7 days",
                "duration: 7d                  | duration: 7",
                "scale: 1/1000                 | scale: 1/0",
                "start: 2026-06-01T00:00:00Z   | start: yesterday",
                "rate: 5MB/s                   | rate: 5MB",
                "record-size: 2kB              | record-size: big",
                "record-size: 2kB              | record-size: {fixed: 1kB, uniform: {min: 1kB, max: 2kB}}",
                "median: 1KiB, p99: 20KiB      | median: 1KiB",
                "compression: zstd             | compression: zst",
                "cardinality: 100000           | cardinality: 0",
                "by: 2h                        | by: soon",
                "partitions: 4                 | partitions: 0",
                "retention.ms: 3d              | retention.mz: 3d",
                "retention.ms: 3d              | retention.ms: three days",
                "local.retention.ms: [1h, 2h   | local.retention.mz: [1h, 2h",
                "hot: lmdb                     | hot: s3",
                "{s3.chunk.size: 8MiB}         | {s3.chunk.sice: 8MiB}",
                "kind: tailing                 | kind: trailing",
                "kind: tailing, poll: 1s       | kind: tailing, lag: {median: 2h, p99: 10h}",
                "from: 4d18h, to: 6d22h        | from: 4d18h",
                "every: 1d, length: 10m        | every: 1d",
                "kind: disk, size: 20GB        | kind: disk",
                "requests.put.1000             | requests.post.1000",
                "cost < 10/month               | costs < 10/month",
                "compression: [zstd            | compression: [zst",
                "base: {segment.ms: 1h         | base: {segment.mz: 1h",
            })
    void whatIsWrongIsRefusedByBoth(String right, String wrong) throws Exception {
        String text = ScenarioFileTest.everything().replaceFirst(Pattern.quote(right), wrong);
        assertThat(text).isNotEqualTo(ScenarioFileTest.everything());
        assertThat(validate(SCENARIO, text)).isNotEmpty();
        assertThatThrownBy(() -> ScenarioFile.parse("wrong", text)).isInstanceOf(ScenarioException.class);
    }

    @Test
    void policiesWithoutAScenarioHaveASchemaToo() {
        assertThat(validate(POLICIES, "policies: []")).isNotEmpty();
        assertThat(validate(POLICIES, LISTED + "constraints: [cheap]")).isNotEmpty();
        assertThat(validate(POLICIES, LISTED + "name: a scenario")).isNotEmpty();
        assertThat(validate(SCENARIO, LISTED)).isNotEmpty();
    }
}
