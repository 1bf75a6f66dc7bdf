// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.VarveException;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the manifest as its owner: numbered entries, each created only if its number is free. While one is
 * on its way, the next edits gather. A number that is taken means that another server has claimed the
 * storage: this one is fenced for good. Thread-safe.
 *
 * <pre>
 *   open ── number taken ──> fenced
 *     │ ── unexpected failure ──> broken
 *     └── close() ──> closed
 * </pre>
 */
public final class ManifestLog implements Manifest {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestLog.class);

    private final ObjectStore store;
    private final StorageContext context;
    private final UUID incarnation;
    private final ManifestState state;
    private final ManifestSnapshots snapshots;
    private final CommitQueue queue;
    private final Scheduler.Agent agent;
    private volatile boolean fenced;

    private ManifestLog(ObjectStore store, StorageContext context, UUID incarnation, LoadedManifest loaded) {
        this.store = store;
        this.context = context;
        this.incarnation = incarnation;
        state = loaded.state();
        snapshots = new ManifestSnapshots(store, context, incarnation, loaded);
        queue = new CommitQueue(context.scheduler());
        agent = context.scheduler().worker("varve-s3-manifest", this::commitNext);
    }

    /**
     * Loads the manifest, and claims the storage: every former owner is fenced from now on.
     *
     * @param store the storage's objects
     * @param context clock, threads, ids and failpoints
     * @param claimant who claims
     * @return the manifest of the new owner
     * @throws StorageException CORRUPT if an entry is missing or damaged; RETRY if others claim all the time;
     *     what the claimant's check throws
     * @throws io.varve.s3.client.ObjectStoreException if the bucket does not answer, or refuses: the claim
     *     may have been written nevertheless
     */
    public static ManifestLog claim(ObjectStore store, StorageContext context, Claimant claimant) {
        LoadedManifest loaded = new ManifestClaim(store, context).claim(claimant);
        return new ManifestLog(store, context, claimant.incarnation(), loaded);
    }

    @Override
    public CompletableFuture<Void> commit(List<ManifestEdit> edits) {
        CompletableFuture<Void> done = queue.add(List.copyOf(edits));
        agent.wake();
        return done;
    }

    @Override
    public Optional<RemotePartition> partition(PartitionId id) {
        return state.partition(id);
    }

    @Override
    public Collection<RemotePartition> partitions() {
        return state.partitions();
    }

    @Override
    public boolean names(UUID object) {
        return state.names(object);
    }

    @Override
    public Optional<Claim> owner() {
        return state.owner();
    }

    @Override
    public long number() {
        return state.number();
    }

    @Override
    public boolean isFenced() {
        return fenced;
    }

    @Override
    public boolean verifyOwner() {
        if (fenced) {
            return false;
        }
        long next = state.number() + 1;
        return isOwner(next, RepeatedGet.read(store, ManifestKeys.entry(next), ManifestHeader.ENTRY_MAGIC));
    }

    @Override
    public CompletableFuture<Boolean> askOwner() {
        if (fenced) {
            return CompletableFuture.completedFuture(false);
        }
        long next = state.number() + 1;
        return RepeatedGet.readAsync(store, ManifestKeys.entry(next), ManifestHeader.ENTRY_MAGIC)
                .thenApply(object -> isOwner(next, object));
    }

    private boolean isOwner(long next, Optional<ByteBuffer> object) {
        String key = ManifestKeys.entry(next);
        // An entry of this server's own is on its way, or came meanwhile.
        boolean own = object.map(bytes -> EntryFormat.decode(bytes, next, key))
                .map(entry -> entry instanceof ManifestEntry.Edited edited
                        && edited.incarnation().equals(incarnation))
                .orElse(true);
        if (!own) {
            fence(next);
        }
        return own;
    }

    @Override
    public Set<String> takeUnnamed() {
        return state.takeUnnamed();
    }

    @Override
    public void close() {
        queue.close(Kind.CLOSED, "the manifest was closed");
        // A callback of a commit may close the storage: that does not wait for itself.
        agent.close(Scheduler.AgentStep.UNTIL_WOKEN);
    }

    private long commitNext() {
        List<CommitQueue.Waiting> group = List.of();
        boolean committed = false;
        try {
            if (!queue.isClosed()) {
                snapshots.takeIfDue(state);
                group = queue.take();
                committed = !group.isEmpty() && commitGroup(group);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The manifest failed and takes no more commits: restart the server", e);
            queue.close(Kind.CLOSED, "the manifest failed: " + e);
        }
        if (queue.isClosed()) {
            group.forEach(waiting -> waiting.fail(queue.reason()));
            queue.failAll();
        }
        return committed ? Scheduler.AgentStep.AGAIN : Scheduler.AgentStep.UNTIL_WOKEN;
    }

    /** @return false if nothing more can be committed */
    private boolean commitGroup(List<CommitQueue.Waiting> group) {
        ManifestChange change = new ManifestChange(state::partition);
        List<ManifestEdit> edits = new ArrayList<>();
        List<CommitQueue.Waiting> accepted = new ArrayList<>();
        for (CommitQueue.Waiting waiting : group) {
            try {
                change.apply(waiting.edits());
                edits.addAll(waiting.edits());
                accepted.add(waiting);
            } catch (StorageException e) {
                waiting.fail(e);
            }
        }
        if (accepted.isEmpty()) {
            return true;
        }
        long number = state.number() + 1;
        ManifestEntry entry = new ManifestEntry.Edited(number, incarnation, edits);
        ByteBuffer object =
                EntryFormat.encode(entry, context.ids().next(), context.clock().millis());
        context.failPoints().hit("s3.manifest.before-entry");
        EntryWriter writer = new EntryWriter(store, context.clock(), queue);
        return switch (writer.write(ManifestKeys.entry(number), object)) {
            case WON -> {
                context.failPoints().hit("s3.manifest.after-entry");
                state.install(change);
                snapshots.wrote(object.remaining());
                accepted.forEach(CommitQueue.Waiting::complete);
                yield true;
            }
            case LOST -> {
                fence(number);
                yield false;
            }
            case ENDED -> false;
        };
    }

    private void fence(long number) {
        fenced = true;
        String why = "entry " + number + " of the manifest is that of another server, which owns the storage now"
                + successor(number);
        LOG.error("Fenced: {}; stop this server, whose records the bucket does not take any more", why);
        queue.close(Kind.FENCED, why);
    }

    /** Names the successor for the message, if that is possible. */
    private String successor(long number) {
        String key = ManifestKeys.entry(number);
        try {
            return store.get(key)
                    .map(object -> EntryFormat.decode(object, number, key))
                    .map(entry -> entry instanceof ManifestEntry.Claimed claimed ? ": " + claimed.claim() : "")
                    .orElse("");
        } catch (VarveException e) {
            LOG.warn("Cannot read which server claimed the storage", e);
            return "";
        }
    }
}
