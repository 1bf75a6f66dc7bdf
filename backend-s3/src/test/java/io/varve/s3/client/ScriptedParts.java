// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Supplies parts of known content, and notes who gives them back. Thread-safe. */
final class ScriptedParts implements UploadParts {
    private final List<ByteBuffer> parts = new ArrayList<>();
    private final Map<ByteBuffer, Integer> released = Collections.synchronizedMap(new IdentityHashMap<>());
    private final ByteBuffer whole;
    private int supplied;
    private int failAt = Integer.MAX_VALUE;

    /** @param sizes of the parts, in bytes */
    ScriptedParts(long seed, int... sizes) {
        Random random = new Random(seed);
        int bytes = 0;
        for (int size : sizes) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            // Not at the start of its buffer, as parts may be.
            ByteBuffer part = ByteBuffer.allocateDirect(size + 13).position(7);
            parts.add(part.put(content).flip().position(7));
            bytes += size;
        }
        whole = ByteBuffer.allocate(bytes);
        parts.forEach(part -> whole.put(part.duplicate()));
        whole.flip();
    }

    /** Fails instead of supplying this part, counted from 0. */
    ScriptedParts failAt(int part) {
        failAt = part;
        return this;
    }

    @Override
    public synchronized ByteBuffer next() {
        if (supplied == failAt) {
            throw new IllegalStateException("part " + supplied + " cannot be made");
        }
        return supplied < parts.size() ? parts.get(supplied++) : null;
    }

    @Override
    public void release(ByteBuffer part) {
        released.merge(part, 1, Integer::sum);
    }

    ByteBuffer whole() {
        return whole.duplicate();
    }

    /** @return whether each part that was supplied was given back once, and no other */
    synchronized boolean areReleasedOnce() {
        return released.size() == supplied && released.values().stream().allMatch(times -> times == 1);
    }
}
