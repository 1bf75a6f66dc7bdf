// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.security.TlsSettings;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.share.state.ShareStateConfig;
import io.varve.server.txn.TransactionsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a stranger learns of the settings from the file that is shipped. */
class ShippedFileTest {
    private static final Path SHIPPED = Path.of("..", "config", "server.properties");

    /** What takes effect without a warning is in the file, or belongs to a family that its head names. */
    @Test
    void everySettingIsThereOrOfAFamilyThatTheHeadNames() throws IOException {
        String text = Files.readString(SHIPPED);
        String head = text.substring(0, text.indexOf("####"));
        List<String> families = Pattern.compile("([a-z.]+\\.)\\*")
                .matcher(head)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(families)
                .containsExactly("group.", "offsets.", "transaction.", "share.coordinator.", "log.", "compression.");
        assertThat(Stream.of(
                                GroupsConfig.keys(),
                                TransactionsConfig.keys(),
                                ShareStateConfig.keys(),
                                SaslConfig.definitions().keySet(),
                                TlsSettings.definitions().keySet(),
                                TopicConfigs.brokerNames())
                        .flatMap(Collection::stream))
                .isNotEmpty()
                .allMatch(key -> text.contains(key) || families.stream().anyMatch(key::startsWith));
    }
}
