// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestEnvironment;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.Storage;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.RemoteSegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the tier a bucket: that of a server in this process, unless the user's settings name another one.
 * Each storage has a prefix of its own there.
 */
public final class BucketEnvironment implements TestEnvironment {
    private static final String PREFIX = "s3.prefix";
    private static final String DEFAULT_PREFIX = "conformance";
    private static final List<String> OF_A_BUCKET = List.of("s3.endpoint", "s3.bucket");

    private RigBucket bucket;

    @Override
    public String backend() {
        return S3StorageProvider.NAME;
    }

    @Override
    public TestedBackend start(TestedBackend given) {
        Map<String, String> properties = new HashMap<>(given.properties());
        S3Rig.waits().forEach(properties::putIfAbsent);
        if (OF_A_BUCKET.stream().anyMatch(properties::containsKey)) {
            String prefix = properties.getOrDefault(PREFIX, DEFAULT_PREFIX);
            properties.put(PREFIX, prefix + "/" + Ids.random().next());
            bucket = new ForeignBucket(properties);
        } else {
            SharedBucket.settings().forEach(properties::putIfAbsent);
            bucket = new SharedBucket();
        }
        boolean plain = given.provider() instanceof S3StorageProvider;
        return new TestedBackend(
                plain ? new HastyS3Provider() : given.provider(), properties, given.classPath(), Set.of(PREFIX));
    }

    @Override
    public StorageRig rig(TestedBackend started) {
        if (bucket instanceof ForeignBucket foreign) {
            foreign.probe();
        }
        return new S3Rig(started, bucket);
    }

    @Override
    public Optional<String> obstacleToCopy(TestedBackend started) {
        return bucket instanceof SharedBucket
                ? Optional.empty()
                : Optional.of("the bucket cannot be copied as it is at the moment of a cut: leave out "
                        + String.join(" and ", OF_A_BUCKET) + ", and one is started that can");
    }

    @Override
    public void copy(TestedBackend from, TestedBackend to, Runnable meanwhile) {
        SharedBucket.SERVER.copy(folder(from), folder(to), meanwhile);
    }

    private static String folder(TestedBackend backend) {
        return backend.properties().get(PREFIX) + "/";
    }

    @Override
    public void discard(TestedBackend place) {
        SharedBucket.SERVER.keys(folder(place)).forEach(SharedBucket.SERVER::remove);
    }

    /** An object may go while this looks, but not before the manifest names it no longer. */
    @Override
    public List<String> missing(Storage storage) {
        TierParts parts = ((S3Storage) storage).parts;
        List<RemoteSegment> named = named(parts.manifest());
        Set<String> stored = new HashSet<>();
        parts.bucket().list("data/", "", info -> stored.add(info.key()));
        return named.stream()
                .filter(segment ->
                        !stored.contains(segment.key()) && parts.manifest().names(segment.object()))
                .map(segment -> "object " + segment.key())
                .toList();
    }

    private static List<RemoteSegment> named(Manifest manifest) {
        return manifest.partitions().stream()
                .flatMap(partition -> partition.segments().stream())
                .toList();
    }

    @Override
    public void close() {
        if (bucket != null) {
            bucket.close();
        }
    }
}
