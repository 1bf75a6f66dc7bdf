// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Encodes a state of the manifest as a snapshot (docs/formats/s3.md), and decodes it. Stateless. */
final class SnapshotFormat {
    /** Partition, start, aside, number of segments. */
    private static final int MIN_PARTITION = EditFormat.MIN_PARTITION + 8 + 1 + 4;

    private SnapshotFormat() {}

    static ByteBuffer encode(ManifestState state, UUID incarnation, UUID nonce, long timeMs) {
        ManifestOutput into =
                new ManifestHeader(state.number(), incarnation, nonce, timeMs).begin(ManifestHeader.SNAPSHOT_MAGIC);
        into.putInt(state.claims().size());
        state.claims().forEach(into::putLong);
        state.owner()
                .ifPresent(owner ->
                        into.put(owner.incarnation()).putLong(owner.timeMs()).putText(owner.host()));
        Collection<RemotePartition> partitions = state.partitions();
        into.putInt(partitions.size());
        for (RemotePartition partition : partitions) {
            into.put(partition.id()).putLong(partition.start()).putByte(partition.aside() ? 1 : 0);
            EditFormat.putSegments(into, partition.segments());
        }
        return CheckedBytes.seal(into);
    }

    /**
     * @param number the number that the object's key says
     * @throws io.varve.core.spi.StorageException CORRUPT if the bytes are not such a snapshot
     */
    static ManifestState decode(ByteBuffer object, long number, String where) {
        ManifestInput from = new ManifestInput(object, where);
        ManifestHeader.check(from, ManifestHeader.SNAPSHOT_MAGIC, number);
        List<Long> claims = new ArrayList<>();
        for (int i = from.getCount(Long.BYTES, "claims"); i > 0; i--) {
            long claim = from.getLong();
            if (claim <= (claims.isEmpty() ? 0 : claims.get(claims.size() - 1))) {
                throw from.corrupt("claim " + claim + " follows " + claims + ", must be above");
            }
            claims.add(claim);
        }
        Optional<Claim> owner = Optional.empty();
        if (!claims.isEmpty()) {
            long last = claims.get(claims.size() - 1);
            owner = Optional.of(from.sound(() -> new Claim(last, from.getUuid(), from.getLong(), from.getText())));
        }
        List<RemotePartition> partitions = new ArrayList<>();
        for (int i = from.getCount(MIN_PARTITION, "partitions"); i > 0; i--) {
            partitions.add(partition(from));
        }
        from.requireEnd();
        Optional<Claim> last = owner;
        return from.sound(() -> new ManifestState(number, last, claims, partitions));
    }

    private static RemotePartition partition(ManifestInput from) {
        PartitionId id = from.getPartition();
        long start = from.getLong();
        boolean aside = from.getFlag();
        List<RemoteSegment> segments = EditFormat.segments(from);
        return from.sound(() -> new RemotePartition(id, start, segments, aside));
    }
}
