// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceWriterTest {
    private static final String POLICIES = "[{name: a-day, retention.ms: 1d}]";

    private static Scenario read(String trace, String policies) throws ScenarioException {
        return ScenarioFile.parse(new Problems("trace"), trace, new Problems("policies"), policies);
    }

    @Test
    void everyKindOfProducerReadsBackAsItWasWritten() throws Exception {
        Traffic traffic =
                ScenarioFile.parse("everything", ScenarioFileTest.everything()).traffic();
        String text = TraceWriter.write(
                List.of("seen", ""), "null", 1_780_272_000_123L, 3_600_001, traffic.topics(), traffic.producers());
        Scenario scenario = read(text, POLICIES);
        assertThat(text).startsWith("# seen\n#\nname: \"null\"\n");
        assertThat(scenario.name()).isEqualTo("null");
        assertThat(scenario.timing().startMs()).isEqualTo(1_780_272_000_123L);
        assertThat(scenario.timing().durationMs()).isEqualTo(3_600_001);
        assertThat(scenario.traffic().topics()).isEqualTo(traffic.topics());
        assertThat(scenario.traffic().producers()).isEqualTo(traffic.producers());
    }

    @Test
    void namesThatYamlWouldTakeForSomethingElseStayNames() throws Exception {
        ProducerSpec any = ScenarioFile.parse("everything", ScenarioFileTest.everything())
                .traffic()
                .producers()
                .get(4);
        for (String name : List.of("1.50", "true", "0x10", "-", "..a", "_x")) {
            TopicSpec topic = new TopicSpec(name, 1, Map.of());
            ProducerSpec producer = new ProducerSpec(name, any.rate(), any.records(), any.batches(), any.rhythm());
            String text = TraceWriter.write(
                    List.of(), "a \"name\" \\ with\ttabs", 1, 60_000, List.of(topic), List.of(producer));
            Scenario scenario = read(text, POLICIES);
            assertThat(scenario.traffic().topics()).containsExactly(topic);
            assertThat(scenario.traffic().producers()).containsExactly(producer);
            assertThat(scenario.name()).isEqualTo("a \"name\" \\ with\ttabs");
        }
    }

    @Test
    void policiesOfAnotherFileAreReadForTheTracesTopics() throws Exception {
        String trace = ScenarioFileTest.everything();
        String policies = """
                policies:
                  - {name: a-day, retention.ms: 1d, topics: {prices: {retention.ms: 2d}}}
                constraints: [cost < 5/month]
                """;
        Scenario scenario = read(trace, policies);
        assertThat(scenario.policies()).extracting(PolicySpec::name).containsExactly("a-day");
        assertThat(scenario.constraints()).hasSize(9);

        refuses(trace, policies.replace("prices", "prises"), "policies:2:46: policies[0].topics.prises: is none of");
        refuses(trace, "policies: []", "must have a policy");
        refuses(trace, policies.replace("constraints", "constrains"), "did you mean constraints?");
        refuses(trace.replace("duration: 7d", "duration: soon"), policies, "trace:6:11: duration");
        refuses(
                trace,
                policies.replace("{retention.ms: 2d}", "{retention.ms: 2d}, orders: {cleanup.policy: compact}"),
                "writes records without keys to orders, which policy a-day compacts");
    }

    private static void refuses(String trace, String policies, String message) {
        assertThatThrownBy(() -> read(trace, policies))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining(message);
    }
}
