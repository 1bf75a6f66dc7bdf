// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/** Looks at who may read a file of settings with passwords in it. Never shows a secret. */
final class SettingsFileExam {
    private static final Pattern SECRET = Pattern.compile("(?i).*(password|jaas\\.config|secret.*|keystore\\.key)");
    private static final Pattern KEPT_ELSEWHERE = Pattern.compile("\\$\\{[^}]*}");

    private final Path file;

    /** @param file the server's configuration */
    SettingsFileExam(Path file) {
        this.file = file;
    }

    List<Finding> examine() {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ) && holdsSecrets()) {
                return List.of(Finding.note(
                        file + " holds passwords and can be read by everybody on this machine", "chmod o-r " + file));
            }
        } catch (IOException | UnsupportedOperationException e) {
            return List.of(); // it was said that it cannot be read, or the system has no such permissions
        }
        return List.of();
    }

    private boolean holdsSecrets() throws IOException {
        Properties settings = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            settings.load(in);
        }
        return settings.stringPropertyNames().stream()
                .filter(key -> SECRET.matcher(key).matches())
                .map(key -> settings.getProperty(key).trim())
                .anyMatch(value ->
                        !value.isEmpty() && !KEPT_ELSEWHERE.matcher(value).matches());
    }
}
