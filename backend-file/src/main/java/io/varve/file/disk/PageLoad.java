// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings pages of a file into the system's cache. The JDK has no call for that. To send them to the null
 * device (sendfile) makes the system read them, and copies nothing. Where there is no such device, the bytes
 * are read. Stateless.
 */
final class PageLoad {
    private static final Logger LOG = LoggerFactory.getLogger(PageLoad.class);
    private static final Path NULL_DEVICE = Path.of("/dev/null");
    private static final int CHUNK = 1 << 16;

    private PageLoad() {}

    /** Opens the null device when it is first needed, and keeps it open. */
    private static final class Sink {
        static final UninterruptibleFile FILE = open();

        private static UninterruptibleFile open() {
            try {
                return UninterruptibleFile.open(NULL_DEVICE, StandardOpenOption.WRITE);
            } catch (IOException e) {
                LOG.debug("There is no {} here: pages are loaded by reading them", NULL_DEVICE, e);
                return null;
            }
        }
    }

    /**
     * @throws java.nio.channels.ClosedChannelException if an interrupt closes the channel, or the device's
     */
    static void run(FileChannel file, long position, int length) throws IOException {
        if (Sink.FILE == null) {
            read(file, position, length);
        } else {
            send(file, position, length, Sink.FILE.channel());
        }
    }

    private static void send(FileChannel file, long position, int length, FileChannel sink) throws IOException {
        long end = position + length;
        for (long at = position; at < end; ) {
            long sent = file.transferTo(at, end - at, sink);
            if (sent <= 0) {
                return; // the file has ended
            }
            at += sent;
        }
    }

    private static void read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(Math.min(CHUNK, length));
        long end = position + length;
        for (long at = position; at < end; ) {
            int read = file.read(chunk.clear().limit((int) Math.min(chunk.capacity(), end - at)), at);
            if (read <= 0) {
                return;
            }
            at += read;
        }
    }
}
