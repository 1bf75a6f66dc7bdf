// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.core.spi.StorageException;
import io.varve.s3.TierAccess;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.SegmentObject;
import io.varve.s3.object.SegmentObjectReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads every named object again, and verifies it down to the checksum of each batch. */
@Command(
        name = "verify",
        description = {
            "Reads everything that the manifest names, and verifies checksums, compression, encryption, batches, and that no"
                    + " offset is missing. Reads all bytes from the bucket, which it bills for. Changes nothing."
        })
final class TierVerify extends BucketCommand {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "of one topic only")
    private String topic;

    @Override
    int run(TierAccess access, Map<String, String> properties) {
        // The manifest's loading verifies that segments do not overlap.
        List<RemotePartition> partitions = TierList.partitions(access.manifest(), topic);
        Map<UUID, RemoteSegment> objects = new LinkedHashMap<>();
        partitions.forEach(partition -> partition
                .segments()
                .forEach(segment -> objects.merge(
                        segment.object(),
                        segment,
                        (one, other) -> one.endOffset() >= other.endOffset() ? one : other)));
        long bytes =
                objects.values().stream().mapToLong(RemoteSegment::objectBytes).sum();
        SegmentObjectReader reader = access.reader();
        List<String> wrong = new ArrayList<>();
        try (ProgressBar progress = new ProgressBar(err(), bytes)) {
            for (RemoteSegment segment : objects.values()) {
                verify(access, reader, segment, progress, wrong);
            }
        }
        wrong.forEach(out()::println);
        out().println(objects.size() + " objects of " + Amounts.bytes(bytes) + ", " + partitions.size()
                + " partitions: " + (wrong.isEmpty() ? "all sound" : wrong.size() + " objects are damaged or missing"));
        return wrong.isEmpty() ? 0 : TierCommand.DAMAGED;
    }

    private static void verify(
            TierAccess access,
            SegmentObjectReader reader,
            RemoteSegment segment,
            ProgressBar progress,
            List<String> wrong) {
        try {
            SegmentObject object = reader.open(segment.key());
            requireSame(segment, object);
            reader.verify(object, progress::add);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            wrong.add(segment.key() + ": " + e.getMessage());
        } catch (ObjectStoreException e) {
            if (e.kind() != ObjectStoreException.Kind.ABSENT) {
                throw e;
            }
            // The server may have deleted it since the manifest was read.
            if (access.manifest().names(segment.object())) {
                wrong.add(segment.key() + ": MISSING: the object does not exist");
            }
        }
    }

    private static void requireSame(RemoteSegment named, SegmentObject object) {
        boolean same = object.footer().object().equals(named.object())
                && object.footer().baseOffset() == named.baseOffset()
                && object.footer().endOffset() >= named.endOffset()
                && object.objectBytes() == named.objectBytes()
                && object.index().equals(named.index());
        if (!same) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    "it holds " + object.footer() + " in " + object.objectBytes() + " bytes, the manifest says " + named
                            + " in " + named.objectBytes() + " bytes");
        }
    }
}
