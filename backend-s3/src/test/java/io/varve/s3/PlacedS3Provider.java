// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens the storage in a place of the bucket that is named by the directory of all processes of a run. */
public final class PlacedS3Provider implements StorageProvider {
    private final S3StorageProvider provider = new S3StorageProvider();

    /** @return the place of a run, by the directory that its processes have theirs in */
    static String prefix(Path root) {
        return "placed" + root.toString().replace('\\', '/').replace(":", "");
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public boolean tiers() {
        return provider.tiers();
    }

    @Override
    public List<StorageSetting> settings() {
        return provider.settings();
    }

    @Override
    public Storage open(StorageContext context) {
        Path process = context.directories().get(0).getParent();
        Map<String, String> properties = new HashMap<>(context.properties());
        properties.put("s3.prefix", prefix(process.getParent()));
        return provider.open(new StorageContext(
                context.directories(),
                properties,
                context.clock(),
                context.scheduler(),
                context.ids(),
                context.failPoints()));
    }
}
