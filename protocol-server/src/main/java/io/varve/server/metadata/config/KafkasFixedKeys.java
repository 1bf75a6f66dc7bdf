// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Knows which of Kafka's keys need a restart there: no client expects that they can be set while a broker
 * runs, whether they mean something here or not. Read from a file, for the libraries used here define some of
 * them only. Stateless.
 */
final class KafkasFixedKeys {
    private static final Set<String> NAMES = read("kafka-fixed-keys.txt");

    private KafkasFixedKeys() {}

    /** @return true if Kafka refuses to change this key while it runs */
    static boolean contains(String name) {
        return NAMES.contains(name);
    }

    private static Set<String> read(String file) {
        try (InputStream stream = KafkasFixedKeys.class.getResourceAsStream(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
