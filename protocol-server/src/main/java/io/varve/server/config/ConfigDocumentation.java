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

/**
 * Reads the documentation of each key from {@code config/server.properties}: the comment above the key, or
 * above the group of keys it is in. The build copies the file beside this class.
 */
final class ConfigDocumentation {
    private static final String FILE = "server.properties";

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
            String key = key(line);
            if (key != null) {
                byKey.put(key, String.join(" ", comment));
                complete = true;
            } else if (line.startsWith("# ")) {
                if (complete) {
                    comment.clear();
                }
                comment.add(line.substring(2).trim());
                complete = false;
            } else if (line.isBlank() || line.startsWith("##")) {
                comment.clear();
            }
        }
        return byKey;
    }

    /**
     * Finds the key in a line such as {@code a.key=value} or {@code #a.key=value}, without a regular
     * expression: a thousand lines are read at a start.
     *
     * @return null if there is none
     */
    private static String key(String line) {
        int begin = line.startsWith("#") ? 1 : 0;
        int end = line.indexOf('=');
        if (end <= begin || !isLowerCase(line.charAt(begin))) {
            return null;
        }
        for (int i = begin; i < end; i++) {
            char c = line.charAt(i);
            if (!isLowerCase(c) && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.') {
                return null;
            }
        }
        return line.substring(begin, end);
    }

    private static boolean isLowerCase(char c) {
        return c >= 'a' && c <= 'z';
    }
}
