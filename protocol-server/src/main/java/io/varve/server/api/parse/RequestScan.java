// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Scans a request before it is parsed: counts elements and costs, and fails at the first that exceeds its
 * limit. Creates no objects of the request. Not thread-safe.
 */
final class RequestScan {
    /**
     * Max number of steps in filling hash tables. A worker thread takes about a tenth of a second for them; a
     * topic of 10,000 partitions needs half of them.
     */
    private static final long MAX_COLLISION_STEPS = 100_000_000;

    private final ByteBuffer in;
    private final int maxElements;
    private int elements;
    private long heapBytes;
    private long collisionSteps;

    /**
     * @param in the request; the scan moves its position
     * @param maxElements max number of elements
     */
    RequestScan(ByteBuffer in, int maxElements) {
        this.in = in;
        this.maxElements = maxElements;
    }

    /** @return the request, at the position that the scan has reached */
    ByteBuffer in() {
        return in;
    }

    /** @throws InvalidRequestException if fewer bytes remain */
    void skip(int bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new InvalidRequestException("a value of " + bytes + " bytes where " + in.remaining() + " remain");
        }
        in.position(in.position() + bytes);
    }

    /**
     * Counts elements before they are scanned; each takes at least a byte.
     *
     * @throws InvalidRequestException if fewer bytes remain, or the request has too many elements
     */
    void addElements(int count) {
        if (count < 0 || count > in.remaining()) {
            throw new InvalidRequestException(count + " elements where " + in.remaining() + " bytes remain");
        }
        elements += count;
        if (elements > maxElements) {
            throw new InvalidRequestException("more than " + maxElements + " elements");
        }
    }

    /** Counts bytes of heap that parsing will allocate. */
    void addHeapBytes(long bytes) {
        heapBytes += bytes;
    }

    /**
     * Counts steps in filling a hash table.
     *
     * @throws InvalidRequestException if the request takes too many of them
     */
    void addCollisionSteps(long steps) {
        collisionSteps += steps;
        if (collisionSteps > MAX_COLLISION_STEPS) {
            throw new InvalidRequestException("keys that are equal, or made to collide");
        }
    }

    long collisionSteps() {
        return collisionSteps;
    }

    int elements() {
        return elements;
    }

    long heapBytes() {
        return heapBytes;
    }
}
