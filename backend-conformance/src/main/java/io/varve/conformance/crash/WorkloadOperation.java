// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An operation of the workload, as a line of the journal names it: a verb and its arguments, separated by
 * blanks.
 */
public sealed interface WorkloadOperation {
    /** Opens a partition that did not exist. */
    record Create(WorkloadPartition part) implements WorkloadOperation {
        @Override
        public String toString() {
            return "create " + part;
        }
    }

    /** Deletes a partition. */
    record Delete(WorkloadPartition part) implements WorkloadOperation {
        @Override
        public String toString() {
            return "delete " + part;
        }
    }

    /** Appends a run of batches. */
    record Append(WorkloadPartition part, List<WorkloadBatch> batches) implements WorkloadOperation {
        @Override
        public String toString() {
            return "append " + part + words(batches);
        }
    }

    /** Ends the active segment, which changes no record. */
    record Seal(WorkloadPartition part) implements WorkloadOperation {
        @Override
        public String toString() {
            return "seal " + part;
        }
    }

    /** Trims to a start. */
    record Trim(WorkloadPartition part, long start) implements WorkloadOperation {
        @Override
        public String toString() {
            return "trim " + part + " " + start;
        }
    }

    /** Truncates to an end. */
    record Truncate(WorkloadPartition part, long end) implements WorkloadOperation {
        @Override
        public String toString() {
            return "truncate " + part + " " + end;
        }
    }

    /** Replaces all batches from {@code base} to {@code end} by those of them with the base offsets kept. */
    record Replace(WorkloadPartition part, long base, long end, List<Long> kept) implements WorkloadOperation {
        @Override
        public String toString() {
            return "replace " + part + " " + base + " " + end + words(kept);
        }
    }

    /** Writes a snapshot. */
    record Blob(WorkloadPartition part, long offset, int size, long salt) implements WorkloadOperation {
        static final String NAME = "state";

        ByteBuffer bytes() {
            SplittableRandom random = new SplittableRandom(salt);
            ByteBuffer bytes = ByteBuffer.allocate(size);
            while (bytes.hasRemaining()) {
                bytes.put((byte) random.nextInt());
            }
            return bytes.flip();
        }

        @Override
        public String toString() {
            return "snapshot " + part + " " + offset + " " + size + " " + salt;
        }
    }

    /** Syncs partitions together. */
    record Sync(List<WorkloadPartition> parts) implements WorkloadOperation {
        @Override
        public String toString() {
            return "sync" + words(parts);
        }
    }

    /** Closes the storage and opens it again. */
    record Reopen() implements WorkloadOperation {
        @Override
        public String toString() {
            return "reopen";
        }
    }

    private static String words(List<?> words) {
        StringBuilder text = new StringBuilder();
        for (Object word : words) {
            text.append(' ').append(word);
        }
        return text.toString();
    }

    /** @return the operation whose {@code toString} this is */
    static WorkloadOperation parse(String text) {
        String[] words = text.split(" ");
        List<String> rest = new ArrayList<>(Arrays.asList(words)).subList(1, words.length);
        if (words[0].equals("reopen")) {
            return new Reopen();
        }
        if (words[0].equals("sync")) {
            return new Sync(rest.stream().map(WorkloadPartition::parse).toList());
        }
        WorkloadPartition part = WorkloadPartition.parse(words[1]);
        return switch (words[0]) {
            case "create" -> new Create(part);
            case "delete" -> new Delete(part);
            case "append" ->
                new Append(part, rest.stream().skip(1).map(WorkloadBatch::parse).toList());
            case "seal" -> new Seal(part);
            case "trim" -> new Trim(part, Long.parseLong(words[2]));
            case "truncate" -> new Truncate(part, Long.parseLong(words[2]));
            case "replace" ->
                new Replace(
                        part,
                        Long.parseLong(words[2]),
                        Long.parseLong(words[3]),
                        rest.stream().skip(3).map(Long::valueOf).toList());
            case "snapshot" ->
                new Blob(part, Long.parseLong(words[2]), Integer.parseInt(words[3]), Long.parseLong(words[4]));
            default -> throw new IllegalArgumentException("no operation: " + text);
        };
    }
}
