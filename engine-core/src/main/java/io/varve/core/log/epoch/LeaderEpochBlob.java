// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.epoch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes and reads the blob of the first offsets of leader epochs, in the format of Kafka's
 * {@code leader-epoch-checkpoint}: a version, a count, and a line for each epoch. Stateless.
 */
final class LeaderEpochBlob {
    static final String NAME = "leader-epochs";

    private static final String VERSION = "0";

    private LeaderEpochBlob() {}

    /** @param starts epoch to its first offset */
    static ByteBuffer write(Map<Integer, Long> starts) {
        StringBuilder text = new StringBuilder(VERSION + "\n" + starts.size() + "\n");
        starts.forEach(
                (epoch, start) -> text.append(epoch).append(' ').append(start).append('\n'));
        return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * @return epoch to its first offset; empty if the bytes are no such blob, or epochs and offsets do not
     *     ascend together
     */
    static Optional<NavigableMap<Integer, Long>> read(ByteBuffer bytes) {
        String[] lines =
                StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString().split("\n");
        NavigableMap<Integer, Long> starts = new TreeMap<>();
        try {
            if (lines.length < 2 || !lines[0].equals(VERSION) || Integer.parseInt(lines[1]) != lines.length - 2) {
                return Optional.empty();
            }
            for (int i = 2; i < lines.length; i++) {
                String[] words = lines[i].split(" ");
                int epoch = Integer.parseInt(words[0]);
                long start = Long.parseLong(words[1]);
                if (!starts.isEmpty()
                        && (epoch <= starts.lastKey()
                                || start < starts.lastEntry().getValue())) {
                    return Optional.empty();
                }
                starts.put(epoch, start);
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
        return Optional.of(starts);
    }
}
