// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Claims the storage: writes a claim as the next entry, after all that are there. */
final class ManifestClaim {
    /** Each lost one is progress of another server; so many in a row are two that cannot both be right. */
    private static final int MAX_TRIES = 1000;

    private final ObjectStore store;
    private final StorageContext context;

    ManifestClaim(ObjectStore store, StorageContext context) {
        this.store = store;
        this.context = context;
    }

    /** @return the state that ends with the claim */
    LoadedManifest claim(Claimant claimant) {
        LoadedManifest loaded = new ManifestLoad(store, context.scheduler()).load();
        ManifestState state = loaded.state();
        int entries = loaded.entries();
        long bytes = loaded.entryBytes();
        for (int tries = 1; tries <= MAX_TRIES; tries++) {
            // What came after the list was read, and what won against the last try.
            for (Optional<ByteBuffer> next = next(state); next.isPresent(); next = next(state)) {
                ManifestLoad.replay(state, next.get());
                entries++;
                bytes += next.get().remaining();
            }
            claimant.check().check(state);
            Claim claim = new Claim(
                    state.number() + 1, claimant.incarnation(), context.clock().millis(), claimant.host());
            ManifestEntry entry = new ManifestEntry.Claimed(claim);
            ByteBuffer object = EntryFormat.encode(entry, context.ids().next(), claim.timeMs());
            context.failPoints().hit("s3.manifest.before-claim");
            if (store.putIfAbsent(ManifestKeys.entry(claim.number()), object)) {
                context.failPoints().hit("s3.manifest.after-claim");
                state.replay(entry);
                return new LoadedManifest(
                        state, loaded.snapshot(), loaded.snapshotBytes(), entries + 1, bytes + object.remaining());
            }
        }
        throw new StorageException(
                StorageException.Kind.RETRY,
                "another server took the manifest's next entry " + MAX_TRIES + " times: the last is " + state.number()
                        + ", the owner " + state.owner());
    }

    private Optional<ByteBuffer> next(ManifestState state) {
        return RepeatedGet.read(store, ManifestKeys.entry(state.number() + 1), ManifestHeader.ENTRY_MAGIC);
    }
}
