// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the documentation of each key from {@code config/server.properties}: the comment above the key, or
 * above the group of keys it is in. The build copies the file beside this class.
 */
final class ConfigDocumentation {
    private static final String FILE = "server.properties";
    private static final Pattern KEY = Pattern.compile("#?([a-z][a-zA-Z0-9.]*)=.*");
    private static final Pattern HEADING = Pattern.compile("##+.*");

    private ConfigDocumentation() {}

    /** @return the documentation by key */
    static Map<String, String> read() {
        try (InputStream stream = ConfigDocumentation.class.getResourceAsStream(FILE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return of(lines.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> of(List<String> lines) {
        Map<String, String> byKey = new HashMap<>();
        List<String> comment = new ArrayList<>();
        boolean complete = false;
        for (String line : lines) {
            Matcher key = KEY.matcher(line);
            if (key.matches()) {
                byKey.put(key.group(1), String.join(" ", comment));
                complete = true;
            } else if (line.startsWith("# ")) {
                if (complete) {
                    comment.clear();
                }
                comment.add(line.substring(2).trim());
                complete = false;
            } else if (line.isBlank() || HEADING.matcher(line).matches()) {
                comment.clear();
            }
        }
        return byKey;
    }
}
