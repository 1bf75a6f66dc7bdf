// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.spi.StorageSetting;
import java.util.List;
import java.util.Map;

/**
 * Divides the tier's settings in bytes by a run's scale, so that a segment has as many chunks, and takes as
 * many requests, as one of full size. Stateless.
 */
final class ScaledTier {
    static final List<String> SETTINGS =
            List.of("s3.chunk.size", "s3.cache.size", "s3.cache.memory", "s3.read.memory", "s3.read.ahead");

    private ScaledTier() {}

    /**
     * @param properties changed in place
     * @param defined the settings that the storage defines
     */
    static void scale(Map<String, String> properties, List<StorageSetting> defined, int scale) {
        for (StorageSetting setting : defined) {
            if (SETTINGS.contains(setting.key())) {
                long full = Long.parseLong(properties.getOrDefault(setting.key(), setting.byDefault()));
                properties.put(setting.key(), Long.toString(Math.max(setting.min(), full / scale)));
            }
        }
    }
}
