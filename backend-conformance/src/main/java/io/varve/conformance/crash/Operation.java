// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Something the workload does, as a line of the journal names it: a verb and its arguments, by blanks. */
public sealed interface Operation {
    /** Opens a partition that did not exist. */
    record Create(Part part) implements Operation {
        @Override
        public String toString() {
            return "create " + part;
        }
    }

    /** Deletes a partition. */
    record Delete(Part part) implements Operation {
        @Override
        public String toString() {
            return "delete " + part;
        }
    }

    /** Appends a run of batches. */
    record Append(Part part, List<Written> batches) implements Operation {
        @Override
        public String toString() {
            return "append " + part + words(batches);
        }
    }

    /** Trims to a start. */
    record Trim(Part part, long start) implements Operation {
        @Override
        public String toString() {
            return "trim " + part + " " + start;
        }
    }

    /** Truncates to an end. */
    record Truncate(Part part, long end) implements Operation {
        @Override
        public String toString() {
            return "truncate " + part + " " + end;
        }
    }

    /** Replaces all batches from {@code base} to {@code end} by those of them with the base offsets kept. */
    record Replace(Part part, long base, long end, List<Long> kept) implements Operation {
        @Override
        public String toString() {
            return "replace " + part + " " + base + " " + end + words(kept);
        }
    }

    /** Writes a snapshot. */
    record Blob(Part part, long offset, int size, long salt) implements Operation {
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
    record Sync(List<Part> parts) implements Operation {
        @Override
        public String toString() {
            return "sync" + words(parts);
        }
    }

    /** Closes the storage and opens it again. */
    record Reopen() implements Operation {
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
    static Operation parse(String text) {
        String[] words = text.split(" ");
        List<String> rest = new ArrayList<>(Arrays.asList(words)).subList(1, words.length);
        if (words[0].equals("reopen")) {
            return new Reopen();
        }
        if (words[0].equals("sync")) {
            return new Sync(rest.stream().map(Part::parse).toList());
        }
        Part part = Part.parse(words[1]);
        return switch (words[0]) {
            case "create" -> new Create(part);
            case "delete" -> new Delete(part);
            case "append" ->
                new Append(part, rest.stream().skip(1).map(Written::parse).toList());
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
