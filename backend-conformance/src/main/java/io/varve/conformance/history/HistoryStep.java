// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One step of a history, as a line of words. Any step means something after any others, so that leaving some
 * out leaves a history: an append is relative to the end, a replacement picks among the segments there are,
 * and what is refused must be refused by both.
 */
sealed interface HistoryStep {
    /** @return the partition it is about, or -1 for all */
    default int part() {
        return -1;
    }

    /** @return the same step in simpler ways, simplest first */
    default List<HistoryStep> simpler() {
        return List.of();
    }

    /** A batch of an append; its timestamp lies {@code late} ms behind what its offset alone would give. */
    record Sized(int records, int size, int late) {
        static Sized parse(String text) {
            String[] numbers = text.split("[x~]");
            return new Sized(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
        }

        @Override
        public String toString() {
            return records + "x" + size + "~" + late;
        }
    }

    /** Appends batches {@code gap} offsets above the end; with a gap below 0 that is a misuse. */
    record BatchAppend(int part, int gap, List<Sized> batches) implements HistoryStep {
        @Override
        public List<HistoryStep> simpler() {
            List<HistoryStep> simpler = new ArrayList<>();
            for (int i = 0; batches.size() > 1 && i < batches.size(); i++) {
                List<Sized> fewer = new ArrayList<>(batches);
                fewer.remove(i);
                simpler.add(new BatchAppend(part, gap, fewer));
            }
            List<Sized> plain = batches.stream()
                    .map(batch -> new Sized(batch.records(), batch.size(), 0))
                    .toList();
            List<Sized> single = batches.stream()
                    .map(batch -> new Sized(1, batch.size(), batch.late()))
                    .toList();
            for (List<Sized> other : List.of(plain, single)) {
                if (!other.equals(batches)) {
                    simpler.add(new BatchAppend(part, gap, other));
                }
            }
            if (gap != 0) {
                simpler.add(new BatchAppend(part, 0, batches));
            }
            return simpler;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("append " + part + " " + gap);
            batches.forEach(batch -> text.append(' ').append(batch));
            return text.toString();
        }
    }

    /** Any step of a verb, a partition and numbers. */
    record Numbers(Verb verb, int part, List<Long> numbers) implements HistoryStep {
        private static final long LEAST_LIMIT = 500;

        static HistoryStep of(Verb verb, int part, Long... numbers) {
            return new Numbers(verb, part, List.of(numbers));
        }

        long number(int index) {
            return numbers.get(index);
        }

        @Override
        public List<HistoryStep> simpler() {
            List<HistoryStep> simpler = new ArrayList<>();
            for (int i = 0; i < numbers.size(); i++) {
                long number = numbers.get(i);
                for (long less : new long[] {0, number / 2, number - 1}) {
                    if (less >= 0 && less < number && (verb != Verb.LIMIT || less >= LEAST_LIMIT)) {
                        List<Long> other = new ArrayList<>(numbers);
                        other.set(i, less);
                        simpler.add(new Numbers(verb, part, other));
                    }
                }
            }
            return simpler;
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(verb + " " + part);
            numbers.forEach(number -> text.append(' ').append(number));
            return text.toString();
        }
    }

    /** A step about all partitions. */
    record Whole(Verb verb) implements HistoryStep {
        @Override
        public String toString() {
            return verb.toString();
        }
    }

    /** What a step does, and how many numbers say how. */
    enum Verb {
        /** To a start. */
        TRIM(1),
        /** To an end. */
        TRUNCATE(1),
        /** From the nth sealed segment on, so many of them, keeping the batches whose bit is set. */
        REPLACE(3),
        /** At an offset, so many bytes. */
        SNAPSHOT(2),
        /** The snapshot at an offset. */
        FORGET(1),
        /** Bytes of a segment from now on. */
        LIMIT(1),
        /** From an offset to an end, at most so many bytes. */
        READ(3),
        /** Ends the active segment. */
        SEAL(0),
        /** Deletes the partition and makes a new one of its name. */
        DELETE(0),
        /** Opens the partition with a higher epoch. */
        FENCE(0),
        /** Drops local copies up to an offset; where there is a tier. */
        DROP(1),
        /** All partitions. */
        SYNC(-1),
        /** Closes and opens. */
        REOPEN(-1),
        /** Cuts the power. */
        CRASH(-1),
        /** Waits until all that is sealed is in the tier; where there is one. */
        SETTLE(-1),
        /** Loses the disk, after all records got to the tier; where there is one. */
        LOSE(-1);

        private final int numbers;

        Verb(int numbers) {
            this.numbers = numbers;
        }

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param line as {@code toString} gives it
     * @throws IllegalArgumentException if it is no step
     */
    static HistoryStep parse(String line) {
        String[] words = line.strip().split("\\s+");
        try {
            if (words[0].equals("append")) {
                List<Sized> batches =
                        Arrays.stream(words).skip(3).map(Sized::parse).toList();
                return new BatchAppend(Integer.parseInt(words[1]), Integer.parseInt(words[2]), batches);
            }
            Verb verb = Verb.valueOf(words[0].toUpperCase(java.util.Locale.ROOT));
            if (words.length != verb.numbers + 2) {
                throw new IllegalArgumentException("wants " + (verb.numbers + 1) + " numbers");
            }
            return verb.numbers < 0
                    ? new Whole(verb)
                    : new Numbers(
                            verb,
                            Integer.parseInt(words[1]),
                            Arrays.stream(words).skip(2).map(Long::valueOf).toList());
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not a step of a history: '" + line + "'", e);
        }
    }
}
