// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.rig.TierFaults;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.BucketProbe;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.S3ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Shows a bucket that the user named, by requests as everyone makes them. Not thread-safe. Its close removes
 * what the storages left.
 */
final class ForeignBucket implements RigBucket {
    private final String prefix;
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final S3ObjectStore store;
    private boolean probed;

    /** @param properties of a storage in the bucket; {@code s3.prefix} is one that nothing else uses */
    ForeignBucket(Map<String, String> properties) {
        prefix = properties.get("s3.prefix") + "/";
        BucketSettings settings = BucketSettings.of(new StorageProperties(BucketSettings.SETTINGS, properties));
        store = S3ObjectStore.open(settings, Clock.system(), scheduler, Ids.random());
    }

    /** Probes the bucket, at the first call, as every start of a server does. */
    void probe() {
        if (!probed) {
            BucketProbe.run(store, scheduler, Ids.random());
            probed = true;
        }
    }

    @Override
    public List<String> keys(String folder) {
        if (!folder.startsWith(prefix)) {
            throw new IllegalArgumentException(folder + " must be in " + prefix);
        }
        List<String> keys = new ArrayList<>();
        store.list(folder.substring(prefix.length()), "", info -> keys.add(prefix + info.key()));
        return keys;
    }

    /** Of requests to someone's server none can be struck. */
    @Override
    public TierFaults faults() {
        return TierFaults.NONE;
    }

    @Override
    public void close() {
        try (scheduler;
                store) {
            List<String> keys = new ArrayList<>();
            store.list("", "", info -> keys.add(info.key()));
            store.delete(keys);
            store.pendingUploads("").forEach(store::abort);
        }
    }
}
