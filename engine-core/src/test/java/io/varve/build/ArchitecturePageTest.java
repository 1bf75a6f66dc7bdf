// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks that the classes and methods in the table "Where is…" of docs/architecture.md exist. */
class ArchitecturePageTest {
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`");

    private final Map<String, SourceFile> files = SourceFile.all().stream()
            .collect(Collectors.toMap(ArchitecturePageTest::simpleName, Function.identity(), (one, same) -> one));

    @Test
    void namesWhatExists() throws IOException {
        String page = Files.readString(SourceFile.root().resolve("docs/architecture.md"));
        List<String> missing = new ArrayList<>();
        int rows = 0;
        for (String row : page.substring(page.indexOf("## Where is")).lines().toList()) {
            if (row.startsWith("| ") && !row.startsWith("| **")) {
                rows++;
            }
            for (Matcher name = NAME.matcher(row); name.find(); ) {
                if (!exists(name.group(1), name.group(2))) {
                    missing.add(name.group());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(rows).isGreaterThan(40);
    }

    private boolean exists(String type, String method) {
        SourceFile file = files.get(type);
        return file != null
                && (method == null || file.lines().stream().anyMatch(line -> line.contains(" " + method + "(")));
    }

    private static String simpleName(SourceFile file) {
        return file.path().getFileName().toString().replace(".java", "");
    }
}
