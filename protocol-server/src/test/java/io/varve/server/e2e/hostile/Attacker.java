// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Opens connections for an attack, and closes them all when the attack is over. Confined to its thread,
 * except for the close.
 */
public final class Attacker {
    private static final int TIMEOUT_MS = 2_000;

    private final int port;
    private final int number;
    private final Random random;
    private final CountDownLatch over;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    Attacker(int port, int number, long seed, CountDownLatch over) {
        this.port = port;
        this.number = number;
        this.over = over;
        random = new Random(seed + number);
    }

    int number() {
        return number;
    }

    Random random() {
        return random;
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Lets time pass, until the end at most. */
    void linger(long ms) throws IOException {
        try {
            if (over.await(ms, TimeUnit.MILLISECONDS)) {
                throw new IOException("the time is over");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    Peer connect() throws IOException {
        return connect(-1);
    }

    /**
     * @param receiveBytes what the system takes of answers that are not read, or -1 for as much as it likes
     */
    Peer connect(int receiveBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        // So that many in a row leave nothing behind in the system.
        socket.setSoLinger(true, 0);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        sockets.add(socket);
        if (isOver()) {
            hangUp();
        }
        return new Peer(socket);
    }

    /** Opens connections, sends the same on each, and stays a while. */
    void crowd(int connections, byte[] bytes) throws IOException {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                peers.add(connect().send(bytes));
            }
            linger(10 * Siege.PAUSE_MS);
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    /** Cuts all connections. On any thread. */
    void hangUp() throws IOException {
        for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
            socket.close();
        }
    }

    /** One connection. */
    final class Peer {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        Peer send(byte[] bytes) throws IOException {
            return send(bytes, 0, bytes.length);
        }

        Peer send(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            return this;
        }

        /** Ends a TLS handshake; what is sent later is sent as it is. */
        Peer handshake(SSLContext context) throws IOException {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", port, false);
            tls.startHandshake();
            return this;
        }

        /** Waits a moment for an answer, and reads past it. */
        void takeAnswer() throws IOException {
            in.skipNBytes(answerSize());
        }

        /** Waits a moment for an answer, and reads all of it. */
        byte[] answer() throws IOException {
            byte[] answer = new byte[answerSize()];
            in.readFully(answer);
            return answer;
        }

        private int answerSize() throws IOException {
            try {
                return in.readInt();
            } catch (SocketTimeoutException e) {
                // The next turn begins with a new connection.
                throw new IOException("not answered", e);
            }
        }

        void takeByte() throws IOException {
            in.readByte();
        }

        void close() throws IOException {
            sockets.remove(socket);
            socket.close();
        }
    }
}
