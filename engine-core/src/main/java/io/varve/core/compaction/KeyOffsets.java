// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Maps each key, by its hash, to its newest offset: open addressing in one array, no object per key. Two keys
 * with one hash would count as one key; with 128 bits of MD5 that does not happen by chance. Not thread-safe.
 *
 * <pre>
 * a slot, 24 bytes:  hash 0-7 | hash 8-15 | offset + 1, so that 0 is an empty slot
 * </pre>
 *
 * Semantics: Kafka's SkimpyOffsetMap.
 */
final class KeyOffsets {
    /** Bytes a key takes. */
    static final int SLOT_BYTES = 24;

    private static final int LONGS = 3;
    private static final int MAX_SLOTS = (Integer.MAX_VALUE - 8) / LONGS;
    private static final long NONE = -1;

    private final MessageDigest digest;
    private final byte[] hash = new byte[2 * Long.BYTES];
    private final ByteBuffer hashed = ByteBuffer.wrap(hash);
    private final long[] table;
    private final int slots;
    private final int maxKeys;
    private int size;

    private KeyOffsets(int slots, int maxKeys) {
        this.slots = slots;
        this.maxKeys = maxKeys;
        this.table = new long[slots * LONGS];
        try {
            this.digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /**
     * Creates a map that is not larger than {@code keys} need.
     *
     * @param keys max number of keys to come, 0 or more
     * @param maxBytes max bytes of memory; there is always space for one key
     * @param loadFactor max used part of the table, above 0, at most 1
     * @return the map, empty
     */
    static KeyOffsets forKeys(long keys, long maxBytes, double loadFactor) {
        long affordable = Math.max(1, Math.min(maxBytes / SLOT_BYTES, MAX_SLOTS));
        // One slot stays empty: the search for an absent key ends there.
        long wanted = (long) Math.min(Math.ceil(keys / loadFactor) + 1, MAX_SLOTS);
        int slots = (int) Math.max(2, Math.min(affordable, wanted));
        int maxKeys = (int) Math.max(1, Math.min(slots - 1L, (long) (slots * loadFactor)));
        return new KeyOffsets(slots, maxKeys);
    }

    /**
     * Records the offset of a key.
     *
     * @param key from position to limit; not moved
     * @param offset the record's offset, at or above all offsets put before
     * @return false if there is no space for another key; then nothing changed
     */
    boolean put(ByteBuffer key, long offset) {
        feed(key.duplicate());
        return put(offset);
    }

    /** @param piece the next bytes of a key; a key may come in several pieces and have any size */
    void feed(ByteBuffer piece) {
        digest.update(piece);
    }

    /** Discards the pieces fed so far, of a key that is neither put nor looked up. */
    void forget() {
        digest.reset();
    }

    /** As {@link #put(ByteBuffer, long)}, for the key that was fed. */
    boolean put(long offset) {
        int at = find();
        if (table[at + 2] == 0) {
            if (size == maxKeys) {
                return false;
            }
            table[at] = hashed.getLong(0);
            table[at + 1] = hashed.getLong(Long.BYTES);
            size++;
        }
        table[at + 2] = offset + 1;
        return true;
    }

    /**
     * @param key from position to limit; not moved
     * @return the newest offset of the key, or -1
     */
    long get(ByteBuffer key) {
        feed(key.duplicate());
        return get();
    }

    /** As {@link #get(ByteBuffer)}, for the key that was fed. */
    long get() {
        long stored = table[find() + 2];
        return stored == 0 ? NONE : stored - 1;
    }

    /** @return number of keys */
    int size() {
        return size;
    }

    /** @return number of keys there is space for */
    int capacity() {
        return maxKeys;
    }

    /** @return where the key's slot begins in the table, or the empty slot where it would be */
    private int find() {
        try {
            digest.digest(hash, 0, hash.length);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException("MD5 has 16 bytes", e);
        }
        long first = hashed.getLong(0);
        long second = hashed.getLong(Long.BYTES);
        int slot = (int) Long.remainderUnsigned(first, slots);
        while (true) {
            int at = slot * LONGS;
            if (table[at + 2] == 0 || table[at] == first && table[at + 1] == second) {
                return at;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }
}
