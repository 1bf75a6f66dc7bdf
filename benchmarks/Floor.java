// SPDX-License-Identifier: Apache-2.0

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Serves producers with as little as a server in Java can do: the floor under the CPU that a broker takes for
 * a GB. It verifies the checksum of each batch, writes offsets into it, and appends it to its partition's file
 * by one write for all that a socket read has brought; with "ring" one write of the device makes that durable,
 * and the files are forced in the background, for every 32 MiB. Then it answers, all by one socket write. All
 * of that happens on one thread. It keeps no producers' sequences, looks into no record and has no index, so
 * it is no broker.
 *
 * <p>With "behind" the ring is written first, and a file only when 1 MiB waits for it in memory, or before it
 * is forced: what a design could save whose readers find the newest batches in memory.
 *
 * <pre>java benchmarks/Floor.java PORT DIR PARTITIONS none|ring|behind</pre>
 *
 * It knows the requests of a producer and of benchmarks/compare.py, which starts it, and nothing is bounded.
 */
final class Floor {
    private static final int PRODUCE = 0;
    private static final int METADATA = 3;
    private static final int API_VERSIONS = 18;
    private static final int INIT_PRODUCER_ID = 22;
    /** Key, min and max version of each request that is served: the last ones without tagged fields. */
    private static final int[][] APIS = {
        {PRODUCE, 3, 8}, {METADATA, 1, 8}, {API_VERSIONS, 0, 2}, {INIT_PRODUCER_ID, 0, 1}
    };

    private static final int UNSUPPORTED_VERSION = 35;
    private static final int READ = 1 << 20;
    private static final int BEHIND = 1 << 20;
    private static final int BLOCK = 4096;
    private static final int FRAME_HEADER = 40;
    private static final long RING = 64 << 20;
    private static final long CHECKPOINT = 32 << 20;
    /** Where a batch has its leader epoch, its checksum, what that covers, and the delta of its last offset. */
    private static final int LEADER_EPOCH = 12;

    private static final int CRC = 17;
    private static final int COVERED = 21;
    private static final int LAST_OFFSET_DELTA = 23;

    private final int port;
    private final List<Log> logs = new ArrayList<>();
    private final FileChannel ring;
    private final boolean behind;
    private final ByteBuffer frame = ByteBuffer.allocateDirect(2 * READ + BLOCK).alignedSlice(BLOCK);
    private final CRC32C crc = new CRC32C();
    private final List<Connection> toAnswer = new ArrayList<>();
    private long used;
    private long sinceCheckpoint;
    private Thread checkpoint = new Thread(() -> {});

    /** One partition: its file, and the batches that the next write brings there. */
    private static final class Log {
        private final FileChannel file;
        private final List<ByteBuffer> gathered = new ArrayList<>();
        private final ByteBuffer tail;
        private long next;

        Log(Path path, boolean behind) throws IOException {
            tail = behind ? ByteBuffer.allocateDirect(BEHIND + 2 * READ) : null;
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }

        void write() throws IOException {
            if (!gathered.isEmpty()) {
                ByteBuffer[] all = gathered.toArray(ByteBuffer[]::new);
                while (all[all.length - 1].hasRemaining()) {
                    file.write(all);
                }
                gathered.clear();
            }
        }

        /** Writes what waits, when it is enough. */
        void writeBehind() throws IOException {
            gathered.forEach(tail::put);
            gathered.clear();
            if (tail.position() >= BEHIND) {
                writeTail();
            }
        }

        void writeTail() throws IOException {
            tail.flip();
            while (tail.hasRemaining()) {
                file.write(tail);
            }
            tail.clear();
        }
    }

    /** One client: what it has sent of its requests, and what it gets next. */
    private static final class Connection {
        private final SocketChannel socket;
        private final ByteBuffer in = ByteBuffer.allocateDirect(2 * READ);
        private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);

        Connection(SocketChannel socket) {
            this.socket = socket;
        }
    }

    private Floor(int port, Path directory, int partitions, String mode) throws IOException {
        this.port = port;
        this.behind = mode.equals("behind");
        for (int i = 0; i < partitions; i++) {
            logs.add(new Log(directory.resolve("log" + i), behind));
        }
        this.ring = behind || mode.equals("ring") ? ring(directory.resolve("ring")) : null;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[1]));
        int port = Integer.parseInt(args[0]);
        new Floor(port, directory, Integer.parseInt(args[2]), args[3]).run();
    }

    private static FileChannel ring(Path path) throws IOException {
        try (FileChannel zeroed = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (long at = 0; at < RING; at += zeros.capacity()) {
                zeroed.write(zeros.clear(), at);
            }
            zeroed.force(true);
        }
        OpenOption[] past = {StandardOpenOption.WRITE, StandardOpenOption.DSYNC, ExtendedOpenOption.DIRECT};
        return FileChannel.open(path, past);
    }

    private void run() throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(key -> {
                    try {
                        onReady(selector, key);
                    } catch (IOException e) {
                        key.cancel(); // the client is gone
                    }
                });
                commit();
                answer();
            }
        }
    }

    private void onReady(Selector selector, SelectionKey key) throws IOException {
        if (key.channel() instanceof ServerSocketChannel server) {
            SocketChannel accepted = server.accept();
            accepted.configureBlocking(false).register(selector, SelectionKey.OP_READ, new Connection(accepted));
            return;
        }
        Connection connection = (Connection) key.attachment();
        if (connection.socket.read(connection.in) < 0) {
            key.cancel();
            connection.socket.close();
            return;
        }
        serve(connection);
    }

    private void serve(Connection connection) {
        ByteBuffer in = connection.in.flip();
        while (in.remaining() >= 4 && in.remaining() - 4 >= in.getInt(in.position())) {
            int end = in.getInt() + in.position();
            int answer = connection.out.position();
            connection.out.putInt(0);
            if (serve(in, connection.out)) {
                connection.out.putInt(answer, connection.out.position() - answer - 4);
            } else {
                connection.out.position(answer);
            }
            in.position(end);
        }
        toAnswer.add(connection);
    }

    /** @return false if there is no answer */
    private boolean serve(ByteBuffer in, ByteBuffer out) {
        short api = in.getShort();
        short version = in.getShort();
        out.putInt(in.getInt());
        skipText(in); // the client's id
        switch (api) {
            case PRODUCE -> {
                return produce(in, out, version);
            }
            case METADATA -> metadata(in, out, version);
            case API_VERSIONS -> apiVersions(out, version);
            case INIT_PRODUCER_ID -> out.putInt(0).putShort((short) 0).putLong(1).putShort((short) 0);
            default -> throw new IllegalStateException("request " + api + " is none of a producer's");
        }
        return true;
    }

    private static void apiVersions(ByteBuffer out, short version) {
        out.putShort((short) (version > 2 ? UNSUPPORTED_VERSION : 0)).putInt(APIS.length);
        for (int[] api : APIS) {
            for (int field : api) {
                out.putShort((short) field);
            }
        }
        if (version == 1 || version == 2) {
            out.putInt(0);
        }
    }

    private void metadata(ByteBuffer in, ByteBuffer out, short version) {
        int topics = Math.max(0, in.getInt());
        String topic = topics == 0 ? "" : text(in);
        if (version >= 3) {
            out.putInt(0);
        }
        out.putInt(1).putInt(1);
        put(out, "127.0.0.1").putInt(port).putShort((short) -1);
        if (version >= 2) {
            out.putShort((short) -1);
        }
        out.putInt(1).putInt(topics);
        if (topics > 0) {
            putTopic(out, topic, version);
        }
        if (version >= 8) {
            out.putInt(0);
        }
    }

    private void putTopic(ByteBuffer out, String topic, short version) {
        put(out.putShort((short) 0), topic).put((byte) 0).putInt(logs.size());
        for (int i = 0; i < logs.size(); i++) {
            out.putShort((short) 0).putInt(i).putInt(1);
            if (version >= 7) {
                out.putInt(0);
            }
            out.putInt(1).putInt(1).putInt(1).putInt(1);
            if (version >= 5) {
                out.putInt(0);
            }
        }
        if (version >= 8) {
            out.putInt(0);
        }
    }

    private boolean produce(ByteBuffer in, ByteBuffer out, short version) {
        skipText(in); // the transactional id
        boolean answered = in.getShort() != 0;
        in.getInt(); // the time-out
        int topics = in.getInt();
        out.putInt(topics);
        for (int topic = 0; topic < topics; topic++) {
            put(out, text(in));
            int partitions = in.getInt();
            out.putInt(partitions);
            for (int i = 0; i < partitions; i++) {
                int partition = in.getInt();
                ByteBuffer batch = in.slice(in.position() + 4, in.getInt(in.position()));
                in.position(in.position() + 4 + batch.remaining());
                out.putInt(partition).putShort((short) 0).putLong(append(logs.get(partition), batch));
                out.putLong(-1).putLong(0);
                if (version >= 8) {
                    out.putInt(0).putShort((short) -1);
                }
            }
        }
        out.putInt(0);
        return answered;
    }

    /** @return the offset of the batch */
    private long append(Log log, ByteBuffer batch) {
        crc.reset();
        crc.update(batch.slice(COVERED, batch.remaining() - COVERED));
        if ((int) crc.getValue() != batch.getInt(CRC)) {
            throw new IllegalStateException("a batch came damaged");
        }
        long base = log.next;
        batch.putLong(0, base).putInt(LEADER_EPOCH, 0);
        log.next += batch.getInt(LAST_OFFSET_DELTA) + 1;
        log.gathered.add(batch);
        return base;
    }

    /** Writes what was gathered, and makes it durable. */
    private void commit() throws Exception {
        if (ring != null) {
            frame.clear().position(FRAME_HEADER);
            logs.forEach(log -> log.gathered.forEach(batch -> frame.put(batch.duplicate())));
        }
        if (!behind) {
            for (Log log : logs) {
                log.write();
            }
        }
        if (ring != null && frame.position() > FRAME_HEADER) {
            writeFrame();
        }
        if (behind) {
            for (Log log : logs) {
                log.writeBehind();
            }
        }
    }

    private void writeFrame() throws Exception {
        crc.reset();
        crc.update(frame.slice(FRAME_HEADER, frame.position() - FRAME_HEADER));
        frame.putLong(0, crc.getValue());
        int bytes = (frame.position() + BLOCK - 1) / BLOCK * BLOCK;
        frame.position(0).limit(bytes);
        if (used + bytes > RING) {
            used = 0;
        }
        if (sinceCheckpoint + bytes > CHECKPOINT) {
            checkpoint.join();
            if (behind) {
                for (Log log : logs) {
                    log.writeTail();
                }
            }
            checkpoint = new Thread(this::forceLogs);
            checkpoint.start();
            sinceCheckpoint = 0;
        }
        ring.write(frame, used);
        used += bytes;
        sinceCheckpoint += bytes;
    }

    private void forceLogs() {
        try {
            for (Log log : logs) {
                log.file.force(false);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void answer() {
        for (Connection connection : toAnswer) {
            connection.in.compact();
            try {
                connection.out.flip();
                while (connection.out.hasRemaining()) {
                    connection.socket.write(connection.out);
                }
            } catch (IOException e) {
                continue; // the client is gone, as the next read says
            } finally {
                connection.out.clear();
            }
        }
        toAnswer.clear();
    }

    private static void skipText(ByteBuffer in) {
        int bytes = in.getShort();
        in.position(in.position() + Math.max(0, bytes));
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static ByteBuffer put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return out.putShort((short) bytes.length).put(bytes);
    }
}
