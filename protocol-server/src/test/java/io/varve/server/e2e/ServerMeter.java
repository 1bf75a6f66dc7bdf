// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.management.jfr.FlightRecorderMXBean;

/**
 * Counts what a running server spends, from outside and without root: write calls as Linux counts them for
 * each thread, forces as its flight recorder does, and bytes its event loops allocate.
 */
final class ServerMeter implements AutoCloseable {
    private static final Pattern WRITE_CALLS = Pattern.compile("(?m)^syscw: (\\d+)$");
    private static final String FORCE = "jdk.FileForce";
    /** Event loops are named net-1-1 and so on; the thread that accepts is another. */
    private static final Pattern EVENT_LOOP = Pattern.compile("net-\\d.*");
    /** What the recorder itself writes is not the server's. */
    private static final Pattern RECORDER = Pattern.compile("JFR .*");

    private final Path process;
    private final Path recorded;
    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final FlightRecorderMXBean recorder;
    private long recording;
    private Reading begun;

    private ServerMeter(Path process, Path recorded, JMXConnector connector) throws IOException {
        this.process = process;
        this.recorded = recorded;
        this.connector = connector;
        MBeanServerConnection server = connector.getMBeanServerConnection();
        this.threads = ManagementFactory.getPlatformMXBean(server, ThreadMXBean.class);
        this.recorder = ManagementFactory.getPlatformMXBean(server, FlightRecorderMXBean.class);
    }

    /**
     * @param writes write calls of all threads: pwrite, write and writev, also to an eventfd
     * @param loopWrites those of event loops
     * @param loopBytes bytes that event loops allocated on the heap
     */
    private record Reading(long writes, long loopWrites, long loopBytes) {}

    /**
     * Counts between a {@link #begin} and an {@link #end}, for each thousand requests.
     *
     * @param forces forces of files; those of native code, such as LMDB's, are not seen
     * @param loopWrites write calls of event loops; what they send over sockets is not among them
     * @param otherWrites write calls of all other threads: of what is committed, and to wake event loops
     * @param loopKib KiB that event loops allocated on the heap
     */
    record Counts(long forces, long loopWrites, long otherWrites, long loopKib) {
        long writes() {
            return loopWrites + otherWrites;
        }
    }

    /** @param directory for the recordings */
    static ServerMeter attach(Server server, Path directory) {
        long pid = server.running().process().pid();
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                JMXServiceURL address = new JMXServiceURL(machine.startLocalManagementAgent());
                return new ServerMeter(
                        Path.of("/proc", Long.toString(pid)),
                        directory.resolve("forces.jfr"),
                        JMXConnectorFactory.connect(address));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins to count. */
    void begin() throws IOException {
        recording = recorder.newRecording();
        recorder.setRecordingSettings(
                recording,
                Map.of(FORCE + "#enabled", "true", FORCE + "#threshold", "0 ns", FORCE + "#stackTrace", "false"));
        recorder.startRecording(recording);
        // Write calls are read last here and first at the end: the answers to this class are such calls, too.
        long bytes = loopBytes();
        begun = read(bytes);
    }

    /**
     * Ends counting.
     *
     * @param requests how many requests the server got since {@link #begin}
     */
    Counts end(double requests) throws IOException {
        Reading writes = read(0);
        long bytes = loopBytes();
        recorder.stopRecording(recording);
        Files.deleteIfExists(recorded);
        recorder.copyTo(recording, recorded.toString());
        recorder.closeRecording(recording);
        long loopWrites = writes.loopWrites() - begun.loopWrites();
        double thousands = requests / 1_000;
        return new Counts(
                Math.round(forces() / thousands),
                Math.round(loopWrites / thousands),
                Math.round((writes.writes() - begun.writes() - loopWrites) / thousands),
                Math.round((bytes - begun.loopBytes()) / 1024.0 / thousands));
    }

    private long forces() throws IOException {
        List<RecordedEvent> events = RecordingFile.readAllEvents(recorded);
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(FORCE))
                .count();
    }

    private long loopBytes() {
        long[] ids = threads.getAllThreadIds();
        ThreadInfo[] infos = threads.getThreadInfo(ids);
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        long sum = 0;
        for (int i = 0; i < ids.length; i++) {
            if (infos[i] != null && EVENT_LOOP.matcher(infos[i].getThreadName()).matches()) {
                sum += bytes[i];
            }
        }
        return sum;
    }

    private Reading read(long loopBytes) throws IOException {
        long ofLoops = 0;
        long ofRecorder = 0;
        List<Path> tasks;
        try (Stream<Path> listed = Files.list(process.resolve("task"))) {
            tasks = listed.toList();
        }
        for (Path task : tasks) {
            try {
                String name = Files.readString(task.resolve("comm")).strip();
                if (EVENT_LOOP.matcher(name).matches()) {
                    ofLoops += writeCalls(task);
                } else if (RECORDER.matcher(name).matches()) {
                    ofRecorder += writeCalls(task);
                }
            } catch (NoSuchFileException e) {
                continue; // a thread that has ended; the process's own count has what it wrote
            }
        }
        return new Reading(writeCalls(process) - ofRecorder, ofLoops, loopBytes);
    }

    private static long writeCalls(Path counted) throws IOException {
        Matcher matcher = WRITE_CALLS.matcher(Files.readString(counted.resolve("io")));
        if (!matcher.find()) {
            throw new IOException("no syscw in " + counted.resolve("io"));
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
