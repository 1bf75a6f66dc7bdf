// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Records what a workload began and what returned, in that order. The file lies outside the tested directory,
 * and on another device when power cuts are tested. Each line is one write into the page cache: it outlives
 * the process, not the machine.
 *
 * <pre>
 * + 17 append 3:5 2x213@120#88     operation 17 begins; the line is there before anything is done
 * - 17                             operation 17 is done
 * - 18 3:5                         sync 18 is done, save for partition 3:5
 * </pre>
 *
 * Thread-safe.
 */
public final class WorkloadJournal implements AutoCloseable {
    private final FileChannel channel;
    private long tickets;

    private WorkloadJournal(FileChannel channel) {
        this.channel = channel;
    }

    /** @return a journal that goes on at the end of a file, which is created when absent */
    public static WorkloadJournal open(Path file) throws IOException {
        return new WorkloadJournal(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** @return the ticket by which the operation's end is told */
    synchronized long begin(WorkloadOperation operation) {
        long ticket = ++tickets;
        write("+ " + ticket + " " + operation);
        return ticket;
    }

    synchronized void done(long ticket) {
        write("- " + ticket);
    }

    synchronized void doneExcept(long ticket, List<WorkloadPartition> failed) {
        StringBuilder line = new StringBuilder("- ").append(ticket);
        failed.forEach(part -> line.append(' ').append(part));
        write(line.toString());
    }

    private void write(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * A line.
     *
     * @param end bytes of the file up to and with it
     * @param ticket which operation
     * @param begun the operation, or null where it is done
     * @param failed partitions an ended sync did not sync
     */
    public record Line(long end, long ticket, WorkloadOperation begun, List<WorkloadPartition> failed) {}

    /**
     * Reads a journal, also while it is written.
     *
     * @param file the journal
     * @return its whole lines
     */
    public static List<Line> read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(parse(new String(bytes, start, i - start, StandardCharsets.US_ASCII), i + 1L));
                start = i + 1;
            }
        }
        return lines;
    }

    private static Line parse(String text, long end) {
        int blank = text.indexOf(' ', 2);
        long ticket = Long.parseLong(blank < 0 ? text.substring(2) : text.substring(2, blank));
        String rest = blank < 0 ? "" : text.substring(blank + 1);
        if (text.charAt(0) == '+') {
            return new Line(end, ticket, WorkloadOperation.parse(rest), List.of());
        }
        List<WorkloadPartition> failed = new ArrayList<>();
        for (String word : rest.isEmpty() ? new String[0] : rest.split(" ")) {
            failed.add(WorkloadPartition.parse(word));
        }
        return new Line(end, ticket, null, failed);
    }
}
