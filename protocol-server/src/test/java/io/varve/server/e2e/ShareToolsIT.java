// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests Kafka's command-line tools for share groups. */
@ExtendWith(SharedServer.class)
@OnlyOnFiles(because = "the tools are clients, and what they do to groups is done by clients on every backend")
class ShareToolsIT {
    private static final String TOPIC = "share-tools";

    @Test
    void aShareGroupsLifeInTools(Server server) throws Exception {
        String at = " --bootstrap-server " + server.bootstrap();
        String group = " --group " + TOPIC;
        ShareConsumers.createTopic(server.bootstrap(), TOPIC, 1);
        ShareConsumers.configure(server.bootstrap(), TOPIC);
        ShareConsumers.produce(server.bootstrap(), TOPIC, 0, 30);

        assertThat(succeed("kafka-console-share-consumer.sh --topic " + TOPIC + group + " --max-messages 30" + at)
                        .lines())
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).mapToObj(Integer::toString).toList());
        assertThat(succeed("kafka-share-groups.sh --list --state" + at)).containsPattern(TOPIC + " +Empty");
        assertThat(succeed("kafka-share-groups.sh --describe --state" + group + at))
                .containsPattern(TOPIC + " .*Empty +0");
        assertThat(succeed("kafka-share-groups.sh --describe" + group + at))
                .containsPattern(TOPIC + " +" + TOPIC + " +0 +\\d+ +0");

        try (KafkaShareConsumer<String, String> member = ShareConsumers.consumer(server.bootstrap(), TOPIC, TOPIC)) {
            ShareConsumers.produce(server.bootstrap(), TOPIC, 30, 31);
            ShareConsumers.poll(member);
            assertThat(succeed("kafka-share-groups.sh --describe --members" + group + at))
                    .contains("consumer-" + TOPIC)
                    .contains(TOPIC + ":0");
            assertThat(fail("kafka-share-groups.sh --delete" + group + at)).contains("is not EMPTY");
        }

        assertThat(succeed(
                        "kafka-share-groups.sh --reset-offsets --to-earliest --execute --topic " + TOPIC + group + at))
                .containsPattern(TOPIC + " +" + TOPIC + " +0 +0");
        try (KafkaShareConsumer<String, String> member = ShareConsumers.consumer(server.bootstrap(), TOPIC, TOPIC)) {
            List<ConsumerRecord<String, String>> again = ShareConsumers.poll(member, 31);
            assertThat(again)
                    .first()
                    .satisfies(record -> assertThat(record.offset()).isZero());
        }
        assertThat(succeed("kafka-share-groups.sh --delete-offsets --topic " + TOPIC + group + at))
                .contains("Successful");
        assertThat(succeed("kafka-share-groups.sh --delete" + group + at)).contains("was successful");
    }

    @Test
    void toolsThatMeasureAndVerify(Server server) throws Exception {
        String topic = "share-measured";
        String at = " --bootstrap-server " + server.bootstrap();
        ShareConsumers.createTopic(server.bootstrap(), topic, 2);
        ShareConsumers.configure(server.bootstrap(), topic);
        ShareConsumers.produce(server.bootstrap(), topic, 0, 300);
        assertThat(succeed("kafka-share-consumer-perf-test.sh --topic " + topic + " --group " + topic
                        + " --num-records 300 --timeout 20000 --hide-header" + at))
                .contains(", 300, ");
        assertThat(succeed("kafka-verifiable-share-consumer.sh --topic " + topic + " --group-id verifiers"
                        + " --max-messages 300 --offset-reset-strategy earliest --acknowledgement-mode sync" + at))
                .contains("\"name\":\"records_consumed\"", "\"name\":\"shutdown_complete\"");
    }

    private static String succeed(String line) {
        try (ChildProcess running = ChildProcess.start("bash", "-c", "bin/" + line)) {
            return running.succeed();
        }
    }

    private static String fail(String line) {
        try (ChildProcess running = ChildProcess.start("bash", "-c", "bin/" + line)) {
            running.exitWithin(Duration.ofMinutes(1));
            return running.out() + running.err();
        }
    }
}
