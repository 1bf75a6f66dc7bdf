// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * Reads, writes and forces a file that stays open whatever threads are interrupted. The JDK closes a channel
 * when a thread is interrupted in an operation on it, though other threads use the channel. This class then
 * opens the channel anew and repeats the operation, for the interrupted thread and for the others. The
 * thread's interrupt flag is set again when the operation returns. Thread-safe.
 *
 * <p>It is not enough to repeat a force. The system reports a failed write of the device once to each open
 * file description, and then takes the pages for clean. A description that is opened later may not get the
 * report of an earlier failure, and the JDK hides a failure that meets an interrupt. So when a channel was
 * lost, the bytes that were written and not forced are written again, in place, before they are forced.
 */
public final class UninterruptibleFile implements AutoCloseable {
    /** Bytes rewritten at a time. */
    private static final int CHUNK = 1 << 18;

    /** Opens the file; called again after each lost channel. */
    @FunctionalInterface
    interface Opener {
        FileChannel open() throws IOException;
    }

    @FunctionalInterface
    private interface Operation<T> {
        T on(FileChannel channel) throws IOException;
    }

    private final Opener opener;
    private volatile FileChannel channel;
    private boolean closed;
    /** First byte that was written and not forced; guarded by this. */
    private long unforcedFrom = Long.MAX_VALUE;
    /** First byte that a running force covers; guarded by this. */
    private long forcingFrom = Long.MAX_VALUE;
    /** End of the bytes that were written and not forced, exclusive; guarded by this. */
    private long unforcedTo;
    /** True if a channel was lost since those bytes were written; guarded by this. */
    private boolean channelLost;

    UninterruptibleFile(Opener opener) throws IOException {
        this.opener = opener;
        this.channel = opener.open();
    }

    /**
     * Opens a file that keeps its name for as long as it is open. The same options must also open it when it
     * exists.
     */
    public static UninterruptibleFile open(Path file, OpenOption... options) throws IOException {
        return new UninterruptibleFile(() -> FileChannel.open(file, options));
    }

    /** @return the open channel; an interrupt may close it, and then the caller asks for another one */
    public FileChannel channel() throws IOException {
        FileChannel known = channel;
        return known.isOpen() ? known : openAgain();
    }

    private synchronized FileChannel openAgain() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!channel.isOpen()) {
            channel = opener.open();
            channelLost |= Math.min(unforcedFrom, forcingFrom) < unforcedTo;
        }
        return channel;
    }

    /** Runs an operation, and repeats it on another channel when an interrupt closes the channel. */
    private <T> T uninterrupted(Operation<T> operation) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return operation.on(channel());
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    requireOpen(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void requireOpen(ClosedChannelException e) throws ClosedChannelException {
        if (closed) {
            throw e;
        }
    }

    /** As {@link FileChannel#read(ByteBuffer, long)}. */
    int read(ByteBuffer into, long position) throws IOException {
        int start = into.position();
        return uninterrupted(open -> {
            into.position(start); // an interrupt may come after the bytes were read
            return open.read(into, position);
        });
    }

    /**
     * Has the system read bytes into its page cache; they are not copied. Returns when they are there, or the
     * file has ended.
     */
    public void load(long position, int length) throws IOException {
        uninterrupted(open -> {
            PageLoad.run(open, position, length);
            return null;
        });
    }

    /** As {@link FileChannel#write(ByteBuffer, long)}. */
    int write(ByteBuffer bytes, long position) throws IOException {
        int start = bytes.position();
        synchronized (this) {
            unforcedFrom = Math.min(unforcedFrom, position);
        }
        int written = uninterrupted(open -> {
            bytes.position(start);
            return open.write(bytes, position);
        });
        synchronized (this) {
            unforcedFrom = Math.min(unforcedFrom, position); // a force that came between does not count
            unforcedTo = Math.max(unforcedTo, position + written);
        }
        return written;
    }

    /** @return bytes in the file */
    public long size() throws IOException {
        return uninterrupted(FileChannel::size);
    }

    /** As {@link FileChannel#truncate(long)}. */
    public void truncate(long size) throws IOException {
        synchronized (this) {
            unforcedTo = Math.min(unforcedTo, size);
        }
        uninterrupted(open -> open.truncate(size));
    }

    /**
     * Makes the bytes, and with {@code all} the file's metadata, survive a power cut. One force at a time.
     *
     * @throws ForceFailedException if the device may have lost bytes: another force would succeed without
     *     writing them
     * @throws IOException if the file could not be opened again; no bytes are lost, and a later force covers
     *     them
     */
    public void force(boolean all) throws IOException {
        boolean interrupted = Thread.interrupted();
        synchronized (this) {
            forcingFrom = Math.min(forcingFrom, unforcedFrom);
            unforcedFrom = Long.MAX_VALUE;
        }
        boolean forced = false;
        try {
            while (!forced) {
                forced = forceOnce(channel(), all);
                interrupted |= Thread.interrupted();
            }
        } finally {
            endForce(forced);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @return false if the channel was lost meanwhile, so that the force must be repeated */
    private boolean forceOnce(FileChannel open, boolean all) throws IOException {
        long from;
        long to;
        synchronized (this) {
            from = Math.min(unforcedFrom, forcingFrom);
            to = channelLost ? unforcedTo : from;
            channelLost = false;
        }
        try {
            rewrite(open, from, to);
            open.force(all);
            return true;
        } catch (ClosedChannelException e) {
            requireOpen(e);
            synchronized (this) {
                channelLost = true;
            }
            return false;
        } catch (IOException e) {
            throw new ForceFailedException(e);
        }
    }

    private synchronized void endForce(boolean forced) {
        if (!forced) {
            unforcedFrom = Math.min(unforcedFrom, forcingFrom);
        }
        forcingFrom = Long.MAX_VALUE;
    }

    /** Writes bytes again as the system has them in memory, so that it must send them to the device. */
    private static void rewrite(FileChannel open, long from, long to) throws IOException {
        if (from >= to) {
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK, to - from));
        for (long at = from; at < to; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
            int read = open.read(chunk, at);
            if (read <= 0) {
                return; // truncated meanwhile
            }
            chunk.flip();
            for (long put = at; chunk.hasRemaining(); ) {
                put += open.write(chunk, put);
            }
            at += read;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
