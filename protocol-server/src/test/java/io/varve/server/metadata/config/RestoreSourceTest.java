// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.config.BatchRules;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.RemoteCopy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

/** Tests what a topic says that begins with the records of another one. */
class RestoreSourceTest {
    private static final TopicConfigs TIERED = new TopicConfigs(Map.of(), BatchRules.DEFAULT, true);
    private static final TopicConfigs UNTIERED = new TopicConfigs(Map.of(), BatchRules.DEFAULT, false);
    private static final Uuid ID = new Uuid(7, 11);
    private static final Uuid COPY = new Uuid(7, 12);
    private static final String NAME = "varve.restore.from";

    @Test
    void notesWhichTopicIsMeant() {
        assertThat(resolve("orders@offset:17")).containsExactly(Map.entry(NAME, "orders/" + ID + "/2@offset:17"));
        assertThat(resolve("orders/" + COPY + "/9@time:5"))
                .as("an id that a client made up does not count")
                .containsExactly(Map.entry(NAME, "orders/" + ID + "/2@time:5"));
        assertThat(RestoreSource.resolve(Map.of("retention.ms", "5"), name -> Optional.empty()))
                .containsExactly(Map.entry("retention.ms", "5"));
    }

    @Test
    void tellsEachPartitionWhatItBeginsWith() {
        Map<String, String> byOffset = resolve("orders@offset:17");
        TIERED.validateNew(byOffset);
        PartitionId source = new PartitionId("orders", new UUID(7, 11), 1);
        assertThat(settings(byOffset, 1)).contains(new RemoteCopy(source, 17, Long.MAX_VALUE));
        assertThat(settings(resolve("orders@time:99"), 1)).contains(new RemoteCopy(source, Long.MAX_VALUE, 99));
        assertThat(settings(byOffset, 2)).as("the source has two partitions").isEmpty();
        assertThat(settings(Map.of(), 1)).isEmpty();
    }

    @Test
    void refusesWhatIsMalformedOrDoesNotExist() {
        for (String wrong : List.of("", "orders", "orders@17", "orders@offset:", "orders@offset:-1", "a/b@offset:1")) {
            assertThatThrownBy(() -> resolve(wrong))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("must be TOPIC@offset:N or TOPIC@time:MS");
        }
        assertThatThrownBy(() -> resolve("others@offset:1")).hasMessageContaining("there is no topic others");
        assertThatThrownBy(() -> TIERED.validateNew(Map.of(NAME + ".x", "orders@offset:1")))
                .hasMessageContaining("Unknown topic config name: varve.restore.from.x");
    }

    @Test
    void refusesACopyThatWouldNotBeTiered() {
        assertThatThrownBy(() -> UNTIERED.validateNew(resolve("orders@offset:17")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("must be in a remote tier");
        Map<String, String> off = new HashMap<>(resolve("orders@offset:17"));
        off.put("remote.storage.enable", "false");
        assertThatThrownBy(() -> TIERED.validateNew(off)).hasMessageContaining("must be in a remote tier");
    }

    @Test
    void cannotBeSetLaterButKeptAndDropped() {
        Map<String, String> set = resolve("orders@offset:17");
        TIERED.validate(set, set);
        TIERED.validate(set, Map.of());
        for (Map<String, String> other : List.of(resolve("orders@offset:18"), Map.of(NAME, "orders@offset:17"))) {
            assertThatThrownBy(() -> TIERED.validate(set, other)).hasMessageContaining("cannot be set later");
            assertThatThrownBy(() -> TIERED.validate(Map.of(), other)).hasMessageContaining("cannot be set later");
        }
    }

    @Test
    void isShownOnlyWhereItIsSet() {
        assertThat(TIERED.settings(Map.of()))
                .noneMatch(entry -> entry.key().name.startsWith(NAME));
        assertThat(TIERED.settings(resolve("orders@offset:17")))
                .anyMatch(entry -> entry.key().name.equals(NAME));
    }

    private static Optional<RemoteCopy> settings(Map<String, String> configs, int partition) {
        return TIERED.partitionConfigs(configs).of(COPY, partition).settings(0).copyOf();
    }

    private static Map<String, String> resolve(String value) {
        return RestoreSource.resolve(
                Map.of(NAME, value),
                name -> name.equals("orders") ? Optional.of(new RestoreSource.Existing(ID, 2)) : Optional.empty());
    }
}
