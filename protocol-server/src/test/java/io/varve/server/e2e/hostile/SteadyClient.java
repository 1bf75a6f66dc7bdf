// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Simulates a normal client: at a steady rate it writes a record (acks=all), reads it back and requests the
 * metadata of its topic, on one connection. It measures each request from the time it was due, so that a
 * stall of the server shows in all requests that wait meanwhile. Every tenth write is of 150 KB.
 */
public final class SteadyClient implements AutoCloseable {
    private static final int PERIOD_MS = 15;
    private static final int TIMEOUT_MS = 5_000;
    private static final int SMALL = 1_000;
    private static final int LARGE = 150_000;

    private final String topic;
    private final int port;
    private final Thread thread;
    private volatile boolean ended;
    private List<Long> nanos = new ArrayList<>();
    private long due = System.nanoTime();
    private String trouble;
    private long written;

    /** Connects and begins. The topic exists, has one partition, and is used by this client alone. */
    public SteadyClient(String topic, int port) {
        this.topic = topic;
        this.port = port;
        thread = new Thread(this::run, topic);
        thread.setDaemon(true);
        thread.start();
    }

    /** The measured latencies and the first failure. */
    public record Measured(List<Long> nanos, String trouble) {
        /** @return the measurements of several clients, merged */
        static Measured of(List<Measured> parts) {
            List<Long> all = new ArrayList<>();
            String trouble = null;
            for (Measured part : parts) {
                all.addAll(part.nanos);
                trouble = trouble == null ? part.trouble : trouble;
            }
            Collections.sort(all);
            return new Measured(all, trouble);
        }

        /** @return the time that 99 of 100 requests took at most, in ms */
        public double p99() {
            return nanos.isEmpty() ? Double.NaN : nanos.get((int) (nanos.size() * 0.99)) / 1e6;
        }
    }

    /** @return what was measured since the last time, once all that was due by now is answered */
    public static Measured measured(List<SteadyClient> clients) {
        long now = System.nanoTime();
        return Measured.of(clients.stream().map(client -> client.measured(now)).toList());
    }

    private synchronized Measured measured(long until) {
        while (thread.isAlive() && due < until && trouble == null) {
            try {
                wait(TIMEOUT_MS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        Measured measured = new Measured(nanos, trouble);
        nanos = new ArrayList<>();
        trouble = null;
        return measured;
    }

    private void run() {
        while (!ended) {
            try (Socket socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MS);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
                serve(socket);
            } catch (SocketTimeoutException e) {
                // Not a fault, but late: others may have been busy on this machine.
                late();
            } catch (IOException | RuntimeException e) {
                told(e.toString());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (int turn = 0; !ended; turn++) {
            LockSupport.parkNanos(due - System.nanoTime());
            switch (turn % 3) {
                case 0 -> write(turn % 30 == 0 ? LARGE : SMALL, in, out);
                case 1 -> read(in, out);
                default -> ask(in, out);
            }
            done();
        }
    }

    private synchronized void done() {
        nanos.add(System.nanoTime() - due);
        due += TimeUnit.MILLISECONDS.toNanos(PERIOD_MS);
        notifyAll();
    }

    /** What could not be asked meanwhile is not asked any more. */
    private synchronized void late() {
        nanos.add(System.nanoTime() - due);
        due = System.nanoTime();
        notifyAll();
    }

    private synchronized void told(String what) {
        if (!ended && trouble == null) {
            trouble = what;
        }
        due = System.nanoTime();
        notifyAll();
    }

    private void write(int bytes, DataInputStream in, OutputStream out) throws IOException {
        ByteBuffer batch = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(System.currentTimeMillis(), null, new byte[bytes]))
                .buffer();
        out.write(RequestBytes.request(ApiKeys.PRODUCE, 8)
                .noString()
                .int16(-1)
                .int32(TIMEOUT_MS)
                .int32(1)
                .string(topic)
                .int32(1)
                .int32(0)
                .int32(batch.remaining())
                .raw(batch)
                .frame());
        var partition = new ProduceResponseData(answer(in), (short) 8)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
        check("the error of a write", partition.errorCode(), 0);
        written = partition.baseOffset();
    }

    private void read(DataInputStream in, OutputStream out) throws IOException {
        out.write(RequestBytes.request(ApiKeys.FETCH, 11)
                .int32(-1)
                .int32(TIMEOUT_MS)
                .int32(1)
                .int32(1 << 20)
                .int8(0)
                .int32(0)
                .int32(-1)
                .int32(1)
                .string(topic)
                .int32(1)
                .int32(0)
                .int32(-1)
                .int64(written)
                .int64(-1)
                .int32(1 << 20)
                .int32(0)
                .string("")
                .frame());
        FetchResponseData answer = new FetchResponseData(answer(in), (short) 11);
        var partition = answer.responses().get(0).partitions().get(0);
        check("the error of a read", answer.errorCode() + partition.errorCode(), 0);
        long offset = ((MemoryRecords) partition.records())
                .records()
                .iterator()
                .next()
                .offset();
        check("the offset read", offset, written);
    }

    private void ask(DataInputStream in, OutputStream out) throws IOException {
        out.write(RequestBytes.request(ApiKeys.METADATA, 8)
                .int32(1)
                .string(topic)
                .int8(0)
                .int8(0)
                .int8(0)
                .frame());
        var found = new MetadataResponseData(answer(in), (short) 8)
                .topics()
                .iterator()
                .next();
        check("the error of a question", found.errorCode(), 0);
    }

    private static ByteBufferAccessor answer(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBuffer answer = ByteBuffer.wrap(bytes);
        answer.getInt();
        return new ByteBufferAccessor(answer);
    }

    private static void check(String what, long is, long wanted) throws IOException {
        if (is != wanted) {
            throw new IOException(what + " is " + is + ", not " + wanted);
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
