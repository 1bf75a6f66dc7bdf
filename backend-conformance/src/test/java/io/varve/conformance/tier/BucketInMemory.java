// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.conformance.rig.TierFaults;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Keeps objects and a manifest in memory, for one owner at a time, and fails requests when it is told to.
 */
final class BucketInMemory implements TierFaults {
    private static final long SEED = 5;

    final Map<String, List<ByteBuffer>> objects = new TreeMap<>();
    private final TierManifest manifest = new TierManifest();
    private final Map<Kind, Double> faults = new EnumMap<>(Kind.class);
    private final Random random = new Random(SEED);
    private final TierFlaw flaw;
    private long struck;
    private long owner;
    private int named;
    /** Whether a copy is to stop between its object and its edit, and the edit of the one that did. */
    private boolean pausing;

    private Runnable paused;
    private Object pausedOf;

    BucketInMemory(TierFlaw flaw) {
        this.flaw = flaw;
    }

    /** Takes the tier over. */
    synchronized long claim() {
        struckBefore();
        owner++;
        return owner;
    }

    synchronized long owner() {
        struckBefore();
        return owner;
    }

    synchronized TierManifest manifest() {
        return manifest.copy();
    }

    synchronized String put(List<ByteBuffer> batches) {
        struckBefore();
        String key = "object-" + named++;
        objects.put(key, List.copyOf(batches));
        struckAfter();
        return key;
    }

    /** @return the batches, as they come: not all of them, or changed, when they are struck */
    synchronized List<ByteBuffer> get(String key) {
        struckBefore();
        List<ByteBuffer> batches = new ArrayList<>(objects.get(key));
        struckAfter();
        if (batches.isEmpty()) {
            return batches;
        }
        int chosen = random.nextInt(batches.size());
        if (strikes(Kind.CUT_ANSWER)) {
            batches.subList(chosen, batches.size()).clear();
        } else if (strikes(Kind.WRONG_ANSWER)) {
            ByteBuffer wrong = ByteBuffer.allocate(batches.get(chosen).remaining());
            wrong.put(batches.get(chosen).duplicate()).flip();
            wrong.put(wrong.limit() - 1, (byte) ~wrong.get(wrong.limit() - 1));
            batches.set(chosen, wrong);
        }
        return batches;
    }

    /** @throws StorageException FENCED if another has taken over */
    synchronized void commit(long claim, Consumer<TierManifest> edit) {
        struckBefore();
        if (claim != owner && flaw != TierFlaw.NEVER_NOTICES_A_NEW_OWNER) {
            throw new StorageException(StorageException.Kind.FENCED, "claim " + owner + " has followed " + claim);
        }
        edit.accept(manifest);
        struckAfter();
    }

    /** Removes objects that the manifest does not name. */
    synchronized void sweep() {
        if (flaw != TierFlaw.LEAVES_OBJECTS_OF_LOST_REPLIES) {
            objects.keySet().retainAll(manifest.objects());
        }
    }

    synchronized Set<String> keys() {
        return new HashSet<>(objects.keySet());
    }

    synchronized void pause() {
        pausing = true;
    }

    /** @return whether the edit is kept for later */
    synchronized boolean isPausedAt(Object copier, Runnable edit) {
        if (pausing && paused == null) {
            paused = edit;
            pausedOf = copier;
            return true;
        }
        return pausing && copier == pausedOf;
    }

    synchronized boolean isPaused() {
        return paused != null;
    }

    void release() {
        Runnable edit;
        synchronized (this) {
            pausing = false;
            edit = paused;
            paused = null;
        }
        if (edit != null) {
            edit.run();
        }
    }

    private boolean strikes(Kind kind) {
        boolean strikes = random.nextDouble() < faults.getOrDefault(kind, 0.0);
        struck += strikes ? 1 : 0;
        return strikes;
    }

    private void struckBefore() {
        strikes(Kind.SLOW);
        for (Kind kind : List.of(Kind.UNREACHABLE, Kind.REFUSED, Kind.DENIED)) {
            if (strikes(kind)) {
                throw new StorageException(StorageException.Kind.RETRY, "the bucket is " + kind);
            }
        }
    }

    private void struckAfter() {
        if (strikes(Kind.REPLY_LOST)) {
            throw new StorageException(StorageException.Kind.RETRY, "the bucket's answer was lost");
        }
    }

    @Override
    public synchronized boolean strike(Kind kind, double chance) {
        faults.put(kind, chance);
        return true;
    }

    @Override
    public synchronized long struck() {
        return struck;
    }

    @Override
    public String describe() {
        return "seed " + SEED;
    }

    @Override
    public synchronized void heal() {
        faults.clear();
    }
}
