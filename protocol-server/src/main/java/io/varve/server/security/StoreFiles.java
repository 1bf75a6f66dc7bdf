// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.SslConfigs;

/**
 * Tells whether the files of a listener's key stores have changed: two of these are equal if they have not.
 *
 * @param files what the file system says of each file that the settings name
 */
record StoreFiles(List<Stamp> files) {
    /**
     * What the file system says of a file, behind symbolic links.
     *
     * @param path the file
     * @param modified when it was last written; null if it cannot be looked at
     * @param bytes its size
     * @param identity tells it from a file that was put in its place; may be null
     */
    record Stamp(Path path, FileTime modified, long bytes, Object identity) {
        static Stamp of(Path path) {
            try {
                BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(path, seen.lastModifiedTime(), seen.size(), seen.fileKey());
            } catch (IOException e) {
                return new Stamp(path, null, 0, null); // loading says what is wrong with it
            }
        }
    }

    /**
     * @param values a listener's settings
     * @return the files that they name, as they are now
     */
    static StoreFiles of(Map<String, Object> values) {
        List<Stamp> files = new ArrayList<>();
        for (String key : List.of(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)) {
            if (values.get(key) instanceof String location) {
                files.add(Stamp.of(Path.of(location)));
            }
        }
        return new StoreFiles(files);
    }
}
