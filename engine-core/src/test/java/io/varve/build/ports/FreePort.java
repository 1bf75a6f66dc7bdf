// SPDX-License-Identifier: Apache-2.0
package io.varve.build.ports;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Hands out TCP ports of the loopback address that nobody else takes before the server that is told one
 * listens, nor between its end and its next start. The system gives the ports of its own range to whoever
 * connects or asks for any port, so these lie below it; and each JVM takes them from a block whose first port
 * it holds, so that JVMs that run tests side by side do not meet, whoever runs them. Thread-safe.
 */
public final class FreePort {
    /** Below it there are the ports of well-known servers. */
    private static final int FIRST = 15_000;
    /** Where the system's own range begins if it does not tell. */
    private static final int USUAL_END = 32_768;

    private static final int BLOCK = 200;
    private static final int HANDED_OUT = BLOCK - 1;
    private static final Path SYSTEMS_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private static FreePort ofThisJvm;
    /** The first port of this JVM's block. */
    private static ServerSocket held;

    private final int first;
    private int next;

    /** @param first of the ports to hand out */
    FreePort(int first) {
        this.first = first;
    }

    /**
     * Takes a port that nobody listens on.
     *
     * @return another one than at the last 198 calls in this JVM, whatever class calls
     * @throws IllegalStateException if all ports of the block are in use, or all blocks are
     */
    public static synchronized int take() {
        if (ofThisJvm == null) {
            ofThisJvm = new FreePort(holdBlock(endOfBlocks()) + 1);
        }
        return ofThisJvm.takeNext();
    }

    int takeNext() {
        for (int tries = 0; tries < HANDED_OUT; tries++) {
            int port = first + next;
            next = (next + 1) % HANDED_OUT;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("the ports " + first + " to " + (first + HANDED_OUT - 1) + " are all in use");
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

    /** The system lets go of it when the JVM ends, however that ends. */
    private static int holdBlock(int end) {
        for (int first = FIRST; first + BLOCK <= end; first += BLOCK) {
            try {
                held = new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
                return first;
            } catch (IOException another) {
                continue; // another JVM's, or some server's
            }
        }
        throw new IllegalStateException("the first ports of all blocks below " + end + " are in use");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
