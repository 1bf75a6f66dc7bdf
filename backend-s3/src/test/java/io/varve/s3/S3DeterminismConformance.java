// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.DeterminismConformance;
import io.varve.conformance.rig.TestedBackend;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Compares runs of the tier, with the real client and a real server: what the engine does, the files in
 * front, and the objects behind.
 */
abstract class S3DeterminismConformance extends DeterminismConformance {
    private static final String OFTEN_MS = "300000";

    private final String hot;

    /** @param hot name of the backend in front */
    S3DeterminismConformance(String hot) {
        this.hot = hot;
    }

    @Override
    protected TestedBackend subject() {
        Map<String, String> properties = new HashMap<>(S3Rig.waits());
        properties.putAll(SharedBucket.settings());
        properties.put("s3.hot.backend", hot);
        properties.put("s3.sweep.interval.ms", OFTEN_MS);
        properties.put("s3.upload.max.delay.ms", OFTEN_MS);
        return new TestedBackend(new PlacedS3Provider(), properties, List.of());
    }

    @Override
    protected List<String> storedBeside(Path root) {
        String prefix = PlacedS3Provider.prefix(root) + "/";
        List<String> keys = SharedBucket.SERVER.keys(prefix);
        assertThat(keys).as("objects of segments").anyMatch(key -> key.startsWith("main/data/", prefix.length()));
        return keys.stream()
                .map(key -> {
                    byte[] bytes = SharedBucket.SERVER.read(key);
                    CRC32 crc = new CRC32();
                    crc.update(bytes);
                    return key.substring(prefix.length()) + " has " + bytes.length + " bytes, crc " + crc.getValue();
                })
                .toList();
    }
}
