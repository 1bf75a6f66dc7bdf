// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Recognizes sequential readers by where they read, and asks for chunks ahead of them, over the ends of
 * segments. A reader that goes on from where one was before is the same, whoever it is. It begins with a
 * small window; each time it has to wait for a chunk, the window doubles: so its size follows the reader's
 * pace. All readers' chunks that were read ahead and not wanted yet share one limit. Thread-safe.
 */
final class ReadAhead {
    private static final int MAX_STREAMS = 4096;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LoadQueue queue;
    private final MemoryCache memory;
    private final ReadTally tally;
    private final Clock clock;
    private final long maxWindow;
    private final long maxUnread;
    private final AtomicLong unread = new AtomicLong();
    private final Map<StreamKey, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);
    private int sequential;

    /** Names the chunk that a reader is at. */
    private record StreamKey(PartitionId partition, ChunkKey chunk) {}

    /** Holds what is known of a reader. */
    private static final class Stream {
        long lastOffset;
        long lastNanos;
        long window;
        /** Offset up to which chunks were asked for, exclusive. */
        long askedTo;
        /** Bytes of chunks after the reader's that were asked for. */
        long askedBytes;
    }

    /**
     * @param maxWindow max bytes ahead of one reader
     * @param maxUnread max bytes ahead of all
     */
    ReadAhead(LoadQueue queue, MemoryCache memory, ReadTally tally, Clock clock, long maxWindow, long maxUnread) {
        this.queue = queue;
        this.memory = memory;
        this.tally = tally;
        this.clock = clock;
        this.maxWindow = Math.min(maxWindow, maxUnread);
        this.maxUnread = maxUnread;
    }

    /**
     * Notes a read.
     *
     * @param place the chunk that is read
     * @param offset where the read begins
     * @param endOffset nothing is read ahead from here on
     * @param waits whether the chunk was not at hand
     */
    synchronized void onRead(ChunkPlace place, long offset, long endOffset, boolean waits) {
        if (maxWindow == 0) {
            return;
        }
        long now = clock.nanos();
        forgetIdle(now);
        StreamKey key = new StreamKey(place.id(), place.key());
        Stream stream = streams.get(key);
        boolean goesOn = stream != null && offset > stream.lastOffset;
        if (stream == null) {
            stream = place.previousKey()
                    .map(previous -> streams.remove(new StreamKey(place.id(), previous)))
                    .orElse(null);
            goesOn = stream != null;
            stream = stream == null ? new Stream() : stream;
            moveTo(stream, place);
            streams.put(key, stream);
        }
        stream.lastNanos = now;
        stream.lastOffset = Math.max(offset, stream.lastOffset);
        if (goesOn) {
            grow(stream, waits);
            ask(stream, place, endOffset);
        }
    }

    private void moveTo(Stream stream, ChunkPlace place) {
        if (stream.askedTo >= place.endOffset()) {
            stream.askedBytes = Math.max(0, stream.askedBytes - place.chunk().bytes());
        } else {
            stream.askedTo = place.endOffset();
            stream.askedBytes = 0;
        }
        stream.lastOffset = place.chunk().baseOffset() - 1;
    }

    private void grow(Stream stream, boolean waits) {
        if (stream.window == 0) {
            stream.window = Math.max(1, maxWindow / 8);
            sequential++;
        } else if (waits) {
            stream.window = Math.min(maxWindow, stream.window * 2);
        }
    }

    /** Asks by an eighth of the window at least, so that one request gets several chunks. */
    private void ask(Stream stream, ChunkPlace place, long endOffset) {
        long window = Math.min(stream.window, maxUnread / Math.max(1, sequential));
        if (stream.askedBytes > window - window / 8) {
            return;
        }
        Optional<ChunkPlace> next = ChunkPlace.at(place.partition(), stream.askedTo);
        while (next.isPresent()
                && next.get().chunk().baseOffset() < endOffset
                && (stream.askedBytes == 0 || stream.askedBytes + bytes(next.get()) <= window)) {
            if (!ask(next.get())) {
                return;
            }
            stream.askedTo = next.get().endOffset();
            stream.askedBytes += bytes(next.get());
            next = next.get().next();
        }
    }

    private boolean ask(ChunkPlace place) {
        if (unread.get() + bytes(place) > maxUnread) {
            memory.dropUnread(IDLE_NANOS);
            if (unread.get() + bytes(place) > maxUnread) {
                return false;
            }
        }
        AheadTicket ticket = new AheadTicket(unread, bytes(place), tally);
        if (queue.readAhead(place, ticket) == LoadQueue.Answer.QUEUED) {
            tally.prefetchedBytes.add(bytes(place));
        } else {
            ticket.read();
        }
        return true;
    }

    private static int bytes(ChunkPlace place) {
        return place.chunk().bytes();
    }

    private void forgetIdle(long now) {
        Iterator<Stream> oldest = streams.values().iterator();
        while (oldest.hasNext()) {
            Stream stream = oldest.next();
            if (now - stream.lastNanos <= IDLE_NANOS && streams.size() < MAX_STREAMS) {
                return;
            }
            oldest.remove();
            sequential -= stream.window > 0 ? 1 : 0;
        }
    }
}
