// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/compatibility.md as the table of APIs is. */
class CompatibilityPageTest {
    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path PAGE = MODULE.resolve("../docs/compatibility.md");

    @Test
    void thePageIsAsTheTable() throws IOException {
        String present = Files.exists(PAGE) ? Files.readString(PAGE) : "";
        String wanted = new CompatibilityPage(sources()).write(present);
        if (Boolean.getBoolean("varve.compatibility.write")) {
            Files.writeString(PAGE, wanted);
            return;
        }
        assertThat(present)
                .as("docs/compatibility.md; -Dvarve.compatibility.write=true writes it")
                .isEqualTo(wanted);
    }

    @Test
    void eachServedApiHasATest() throws IOException {
        assertThat(new CompatibilityPage(sources()).write("").lines())
                .filteredOn(line -> line.contains("Handler` | "))
                .hasSizeGreaterThan(50)
                .allSatisfy(line -> assertThat(line).endsWith("` |"));
    }

    /** Other APIs' tests are not taken for an API whose name begins alike. */
    @Test
    void aTestIsNamedForWhatItUses() {
        CompatibilityPage page = new CompatibilityPage(Map.of(
                "OneIT", "admin.alterConfigs(changes)",
                "OtherIT", "admin.incrementalAlterConfigs(changes)",
                "client.py", "admin.describe_acls(everything)"));
        assertThat(page.write(""))
                .containsPattern("\\| 33 \\| AlterConfigs \\|.*\\| `OneIT` \\|\n")
                .containsPattern("\\| 44 \\| IncrementalAlterConfigs \\|.*\\| `OtherIT` \\|\n")
                .containsPattern("\\| 29 \\| DescribeAcls \\|.*\\| `client.py` \\|\n")
                .containsPattern("\\| 0 \\| Produce \\|.*\\|  \\|\n");
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(MODULE.resolve("src/test"))) {
            files.filter(file -> file.toString().matches(".*\\.(java|py)"))
                    .filter(file -> !file.getFileName().toString().startsWith("CompatibilityPage"))
                    .forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), read(file)));
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
