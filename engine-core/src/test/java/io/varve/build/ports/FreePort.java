// SPDX-License-Identifier: Apache-2.0
package io.varve.build.ports;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Hands out TCP ports of the loopback address that nobody else takes before the server that is told one
 * listens, nor between its end and its next start. The system gives the ports of its own range to whoever
 * connects or asks for any port, so these lie below it; and each JVM takes them from a block that it has
 * locked, so that JVMs that run tests side by side do not meet. Thread-safe.
 */
public final class FreePort {
    /** Below it there are the ports of well-known servers. */
    private static final int FIRST = 10_000;
    /** Where the system's own range begins if it does not tell. */
    private static final int USUAL_END = 32_768;

    private static final int BLOCK = 200;
    private static final Path SYSTEMS_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private static FreePort ofThisJvm;
    /** Kept, because a lock that nobody refers to ends. */
    private static FileLock lock;

    private final int first;
    private int next;

    /** @param first of the block's ports */
    FreePort(int first) {
        this.first = first;
    }

    /**
     * Takes a port that nobody listens on.
     *
     * @return another one than at the last 199 calls in this JVM, whatever class calls
     * @throws IllegalStateException if all ports of the block are in use, or all blocks are
     * @throws UncheckedIOException if the directory for temporary files cannot be written
     */
    public static synchronized int take() {
        if (ofThisJvm == null) {
            ofThisJvm = new FreePort(lockBlock(endOfBlocks()));
        }
        return ofThisJvm.takeNext();
    }

    int takeNext() {
        for (int tries = 0; tries < BLOCK; tries++) {
            int port = first + next;
            next = (next + 1) % BLOCK;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("the ports " + first + " to " + (first + BLOCK - 1) + " are all in use");
    }

    private static int endOfBlocks() {
        // By one read: such a file gives nothing to a second one, and Files.readString begins with one byte.
        try (BufferedReader range = Files.newBufferedReader(SYSTEMS_RANGE)) {
            int end = Integer.parseInt(range.readLine().split("\\s+")[0]);
            return end < FIRST + BLOCK ? USUAL_END : end; // or its range has them all, and no port is safe
        } catch (IOException notLinux) {
            return USUAL_END;
        }
    }

    /** The lock ends with the JVM, however that ends. */
    private static int lockBlock(int end) {
        try {
            Path locks = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "varve-test-ports"));
            for (int first = FIRST; first + BLOCK <= end; first += BLOCK) {
                FileChannel file = FileChannel.open(
                        locks.resolve(Integer.toString(first)), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                lock = file.tryLock();
                if (lock != null) {
                    return first;
                }
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("other JVMs have locked all blocks of ports below " + end);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
