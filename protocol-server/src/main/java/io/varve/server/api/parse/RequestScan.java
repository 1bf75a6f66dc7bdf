// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * A walk over a request that has not been parsed: makes no objects, and ends at the first thing that is too
 * much. One walk is used by one thread.
 */
final class RequestScan {
    /**
     * So many steps take about a tenth of a second, for which a worker thread is good; a topic with 10,000
     * numbered partitions takes half of them.
     */
    private static final long MAX_COLLISIONS = 100_000_000;

    private final ByteBuffer in;
    private final int maxElements;
    private int elements;
    private long heapBytes;
    private long collisions;

    /**
     * @param in its position is moved
     * @param maxElements most elements allowed
     */
    RequestScan(ByteBuffer in, int maxElements) {
        this.in = in;
        this.maxElements = maxElements;
    }

    ByteBuffer in() {
        return in;
    }

    /** @throws InvalidRequestException if there are not so many bytes */
    void skip(int bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new InvalidRequestException("a value of " + bytes + " bytes where " + in.remaining() + " remain");
        }
        in.position(in.position() + bytes);
    }

    /** Counts elements before they are walked over: each is at least a byte. */
    void elements(int count) {
        if (count < 0 || count > in.remaining()) {
            throw new InvalidRequestException(count + " elements where " + in.remaining() + " bytes remain");
        }
        elements += count;
        if (elements > maxElements) {
            throw new InvalidRequestException("more than " + maxElements + " elements");
        }
    }

    /** Counts bytes of objects that parsing makes. */
    void costs(long bytes) {
        heapBytes += bytes;
    }

    /** Counts steps in filling a hash table. */
    void collisions(long steps) {
        collisions += steps;
        if (collisions > MAX_COLLISIONS) {
            throw new InvalidRequestException("keys that are equal, or made to collide");
        }
    }

    long collisions() {
        return collisions;
    }

    int elements() {
        return elements;
    }

    long heapBytes() {
        return heapBytes;
    }
}
