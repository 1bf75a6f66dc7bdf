// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds the fold over the manifest's entries. What it shows of a partition is immutable. One thread changes
 * it, any may read; a reader may see the partitions of one entry change one after another.
 */
final class ManifestState implements ManifestView {
    /** An object, and how many segments of all partitions lie in it. */
    private record NamedObject(String key, int segments) {}

    private final Map<PartitionId, RemotePartition> live = new ConcurrentHashMap<>();
    private final Map<UUID, NamedObject> objects = new ConcurrentHashMap<>();
    private final Set<String> unnamed = new HashSet<>();
    private final List<Long> claims = new ArrayList<>();
    private volatile List<RemotePartition> aside = List.of();
    private volatile Optional<Claim> owner = Optional.empty();
    private volatile long number;

    /** Makes the state before the first entry. */
    ManifestState() {}

    /**
     * Takes over what a snapshot holds.
     *
     * @param claims numbers of all claims, ascending; the last one is the owner's
     * @throws StorageException MISUSE if the parts do not fit each other
     */
    ManifestState(long number, Optional<Claim> owner, List<Long> claims, List<RemotePartition> partitions) {
        this.number = number;
        this.owner = owner;
        this.claims.addAll(claims);
        long last = claims.isEmpty() ? 0 : claims.get(claims.size() - 1);
        if (owner.map(Claim::number).orElse(0L) != last || last > number) {
            throw misuse("the owner is " + owner + ", must be of the last claim, " + last);
        }
        List<RemotePartition> apart = new ArrayList<>();
        for (RemotePartition partition : partitions) {
            if (partition.aside()) {
                apart.add(partition);
            } else if (live.put(partition.id(), partition) != null) {
                throw misuse(partition.id() + " is in it twice");
            }
            partition.segments().forEach(this::name);
        }
        aside = List.copyOf(apart);
    }

    @Override
    public Optional<RemotePartition> partition(PartitionId id) {
        return Optional.ofNullable(live.get(id));
    }

    @Override
    public Collection<RemotePartition> partitions() {
        List<RemotePartition> all = new ArrayList<>(live.values());
        all.addAll(aside);
        return all;
    }

    @Override
    public boolean names(UUID object) {
        return objects.containsKey(object);
    }

    @Override
    public Optional<Claim> owner() {
        return owner;
    }

    @Override
    public long number() {
        return number;
    }

    /** @return numbers of all claims, ascending; for the thread that changes the state */
    List<Long> claims() {
        return claims;
    }

    Set<String> takeUnnamed() {
        synchronized (unnamed) {
            Set<String> taken = Set.copyOf(unnamed);
            unnamed.clear();
            return taken;
        }
    }

    /**
     * Follows an entry of the bucket.
     *
     * @throws StorageException MISUSE if it does not fit the state: another number, or owner, or edits
     */
    void replay(ManifestEntry entry) {
        if (entry.number() != number + 1) {
            throw misuse("entry " + entry.number() + " follows " + number);
        }
        if (entry instanceof ManifestEntry.Claimed claimed) {
            install(claimed.claim());
            return;
        }
        ManifestEntry.Edited edited = (ManifestEntry.Edited) entry;
        UUID expected = owner.map(Claim::incarnation).orElse(null);
        if (!edited.incarnation().equals(expected)) {
            throw misuse(
                    "entry " + entry.number() + " is of server " + edited.incarnation() + ", the owner is " + owner);
        }
        ManifestChange change = new ManifestChange(this::partition);
        change.apply(edited.edits());
        install(change);
    }

    /** Shows a change that is in the bucket now as the next entry. */
    void install(ManifestChange change) {
        change.after().forEach((id, after) -> {
            if (after.isPresent()) {
                live.put(id, after.get());
            } else {
                live.remove(id);
            }
        });
        List<RemotePartition> forgotten = aside.stream().filter(change::forgets).toList();
        if (!change.aside().isEmpty() || !forgotten.isEmpty()) {
            List<RemotePartition> left = new ArrayList<>(aside);
            left.removeAll(forgotten);
            left.addAll(change.aside());
            aside = List.copyOf(left);
        }
        // First what is added: an object that changes hands must not count as unnamed meanwhile.
        change.added().forEach(this::name);
        change.removed().forEach(this::unname);
        forgotten.forEach(partition -> partition.segments().forEach(this::unname));
        number++;
    }

    private void install(Claim claim) {
        claims.add(claim.number());
        owner = Optional.of(claim);
        number = claim.number();
    }

    private void name(RemoteSegment segment) {
        objects.merge(
                segment.object(),
                new NamedObject(segment.key(), 1),
                (had, one) -> new NamedObject(had.key(), had.segments() + 1));
    }

    private void unname(RemoteSegment segment) {
        NamedObject left = objects.computeIfPresent(
                segment.object(),
                (id, had) -> had.segments() == 1 ? null : new NamedObject(had.key(), had.segments() - 1));
        if (left == null) {
            synchronized (unnamed) {
                unnamed.add(segment.key());
            }
        }
    }

    private static StorageException misuse(String what) {
        return new StorageException(StorageException.Kind.MISUSE, "manifest: " + what);
    }
}
