// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.ApiVersionRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Writes docs/compatibility.md from the table of APIs and the sources of the tests. A test that the page
 * names for an API stays as long as it still uses the API, so that new tests change nothing.
 */
final class CompatibilityPage {
    private static final int SUITES = 3;
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\|.*\\| ([^|]*) \\|");
    private static final Pattern NAME = Pattern.compile("`([\\w.]+)`");

    private static final String START = """
            # Compatibility with Kafka 4.3

            Every API of Kafka's protocol that clients may send to a broker. Versions outside the range are refused as Kafka refuses them. The page is written
            from `ApiTable` by a test, which fails when the two differ; to write it again:

                mvn -pl protocol-server -am test -Dtest=CompatibilityPageTest -Dvarve.compatibility.write=true -Dsurefire.failIfNoSpecifiedTests=false

            ## Served

            A test named in the last column uses the API, by a client, a tool or a request of its own. There may be more.

            | key | API | versions | of Kafka 4.3 | handler | tests |
            |---|---|---|---|---|---|
            """;
    private static final String ABSENT = """

            ## Not served

            | key | API | why |
            |---|---|---|
            """;

    /** What uses an API whose name is not in its users' sources. */
    private static final Map<ApiKeys, String> USES = Map.ofEntries(
            Map.entry(ApiKeys.PRODUCE, "KafkaProducer|JavaClientsIT\\.producer|confluent_kafka import .*Producer"),
            Map.entry(ApiKeys.FETCH, "KafkaConsumer|confluent_kafka import .*Consumer"),
            Map.entry(ApiKeys.METADATA, "describeTopics|partitionsFor|list_topics"),
            Map.entry(ApiKeys.OFFSET_COMMIT, "commitSync|\\.commit\\("),
            Map.entry(ApiKeys.OFFSET_FETCH, "listConsumerGroupOffsets|\\.committed\\("),
            Map.entry(ApiKeys.FIND_COORDINATOR, "listConsumerGroupOffsets|describeConsumerGroups"),
            Map.entry(ApiKeys.API_VERSIONS, "describeFeatures|kafka-broker-api-versions"),
            Map.entry(ApiKeys.DELETE_GROUPS, "deleteConsumerGroups|kafka-consumer-groups\\.sh --delete"),
            Map.entry(ApiKeys.OFFSET_DELETE, "deleteConsumerGroupOffsets"),
            Map.entry(ApiKeys.INIT_PRODUCER_ID, "initTransactions|init_transactions"),
            Map.entry(ApiKeys.END_TXN, "commitTransaction|commit_transaction"),
            Map.entry(ApiKeys.ADD_PARTITIONS_TO_TXN, "commitTransaction|commit_transaction"),
            Map.entry(ApiKeys.ADD_OFFSETS_TO_TXN, "sendOffsetsToTransaction|send_offsets_to_transaction"),
            Map.entry(ApiKeys.TXN_OFFSET_COMMIT, "sendOffsetsToTransaction|send_offsets_to_transaction"),
            Map.entry(ApiKeys.WRITE_TXN_MARKERS, "abortTransaction\\(new|kafka-transactions\\.sh\", \"abort"),
            Map.entry(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, "enable\\.metrics\\.push"),
            Map.entry(ApiKeys.PUSH_TELEMETRY, "enable\\.metrics\\.push"),
            Map.entry(ApiKeys.SHARE_FETCH, "KafkaShareConsumer"),
            Map.entry(ApiKeys.SHARE_ACKNOWLEDGE, "KafkaShareConsumer"),
            Map.entry(ApiKeys.DESCRIBE_QUORUM, "describeMetadataQuorum|kafka-metadata-quorum"));

    private final Map<String, String> sources;

    /** @param sources the texts of the tests, by the names that the page gives them */
    CompatibilityPage(Map<String, String> sources) {
        this.sources =
                new TreeMap<>(Comparator.comparing(CompatibilityPage::rank).thenComparing(Comparator.naturalOrder()));
        this.sources.putAll(sources);
    }

    /** Tests with real clients come first. */
    private static int rank(String name) {
        return name.endsWith("IT") ? 0 : name.endsWith(".py") ? 1 : 2;
    }

    /**
     * @param present the page as it is, or an empty text
     * @return the page as it is to be
     */
    String write(String present) {
        Map<Integer, List<String>> named = suites(present);
        Map<ApiKeys, ApiVersionRange> served = ApiTable.versions().stream()
                .collect(Collectors.toMap(
                        ApiVersionRange::api, Function.identity(), (one, same) -> one, LinkedHashMap::new));
        StringBuilder page = new StringBuilder(START);
        served.forEach((api, versions) -> page.append("| %d | %s | %s | %s | `%sHandler` | %s |\n"
                .formatted(
                        api.id,
                        api.name,
                        range(versions.first(), versions.last()),
                        range(api.oldestVersion(), api.latestVersion(false)),
                        api.name,
                        cell(suites(api, named.getOrDefault((int) api.id, List.of()))))));
        page.append(ABSENT);
        Arrays.stream(ApiKeys.values())
                .filter(api -> !served.containsKey(api) && api.inScope(ListenerType.BROKER))
                .forEach(api -> page.append("| %d | %s | %s |\n".formatted(api.id, api.name, ApiTable.whyAbsent(api))));
        return page.toString();
    }

    private static String range(short first, short last) {
        return first == last ? Short.toString(first) : first + " to " + last;
    }

    private static Map<Integer, List<String>> suites(String page) {
        Map<Integer, List<String>> suites = new TreeMap<>();
        for (String line : page.lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && line.contains("Handler`")) {
                List<String> names = new ArrayList<>();
                for (Matcher name = NAME.matcher(row.group(2)); name.find(); ) {
                    names.add(name.group(1));
                }
                suites.put(Integer.parseInt(row.group(1)), names);
            }
        }
        return suites;
    }

    /** @return those of the named tests that use the API, or others where none is left */
    private List<String> suites(ApiKeys api, List<String> named) {
        Pattern use = use(api);
        List<String> present = named.stream()
                .filter(name -> use.matcher(sources.getOrDefault(name, "")).find())
                .toList();
        return !present.isEmpty()
                ? present
                : sources.keySet().stream()
                        .filter(name -> use.matcher(sources.get(name)).find())
                        .limit(SUITES)
                        .toList();
    }

    /** Finds the API's name as Java's and Python's clients, requests and the table of APIs spell it. */
    private static Pattern use(ApiKeys api) {
        String camel = Character.toLowerCase(api.name.charAt(0)) + api.name.substring(1);
        String snake = camel.replaceAll("([A-Z])", "_$1");
        String names = "\\.%s\\(|\\b%sRequest(Data)?\\b|ApiKeys\\.%s\\b|(?i:\\.%s\\()"
                .formatted(camel, api.name, api.name(), snake);
        String others = USES.get(api);
        return Pattern.compile(others == null ? names : names + "|" + others);
    }

    private static String cell(List<String> suites) {
        return suites.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }
}
