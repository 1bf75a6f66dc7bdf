// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.batch.Batches;
import java.nio.ByteBuffer;

/**
 * A batch of the workload. Two batches of one offset differ in salt, and with it in every byte of their
 * content.
 *
 * @param base offset of its first record
 * @param records how many
 * @param size bytes
 * @param salt what its content is made from, together with the rest
 */
public record WorkloadBatch(long base, int records, int size, long salt) {
    private static final long EPOCH = 1_700_000_000_000L;

    static WorkloadBatch parse(String text) {
        String[] fields = text.split("[x@#]");
        return new WorkloadBatch(
                Long.parseLong(fields[2]),
                Integer.parseInt(fields[0]),
                Integer.parseInt(fields[1]),
                Long.parseLong(fields[3]));
    }

    /** @return offset after its last record, exclusive */
    public long next() {
        return base + records;
    }

    /** @return the batch, always the same bytes */
    public ByteBuffer bytes() {
        return Batches.batch(base, records, size, EPOCH + base, salt);
    }

    /** @return {@code RECORDSxSIZE@BASE#SALT} */
    @Override
    public String toString() {
        return records + "x" + size + "@" + base + "#" + salt;
    }
}
