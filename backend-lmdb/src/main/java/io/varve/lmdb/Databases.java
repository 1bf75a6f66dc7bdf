// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/**
 * The named databases of an environment; docs/formats/lmdb.md draws their entries.
 *
 * @param meta format version, and the next number to assign
 * @param partitions number to partition id
 * @param states number to the partition's ends and active segment
 * @param segments (number, base offset) to a sealed segment
 * @param batches (store number, last offset) to a whole batch
 * @param snapshots (number, name, offset) to a checksum and a blob
 * @param garbage (store number, first offset) to the offset up to which batches must be removed
 */
record Databases(
        Dbi<ByteBuffer> meta,
        Dbi<ByteBuffer> partitions,
        Dbi<ByteBuffer> states,
        Dbi<ByteBuffer> segments,
        Dbi<ByteBuffer> batches,
        Dbi<ByteBuffer> snapshots,
        Dbi<ByteBuffer> garbage) {
    static final int COUNT = 7;
    static final String META = "meta";

    static Dbi<ByteBuffer> open(Env<ByteBuffer> env, Txn<ByteBuffer> txn, String name, DbiFlags... flags) {
        return env.openDbi(txn, name.getBytes(StandardCharsets.US_ASCII), null, false, flags);
    }

    /** Opens all databases but {@code meta}: that is opened first, to check the format. */
    static Databases open(Env<ByteBuffer> env, Txn<ByteBuffer> txn, Dbi<ByteBuffer> meta, DbiFlags... flags) {
        return new Databases(
                meta,
                open(env, txn, "partitions", flags),
                open(env, txn, "states", flags),
                open(env, txn, "segments", flags),
                open(env, txn, "batches", flags),
                open(env, txn, "snapshots", flags),
                open(env, txn, "garbage", flags));
    }

    List<Dbi<ByteBuffer>> all() {
        return List.of(meta, partitions, states, segments, batches, snapshots, garbage);
    }
}
