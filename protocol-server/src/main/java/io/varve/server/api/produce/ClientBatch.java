// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Checks that a produce request carries exactly one v2 batch for a partition (KIP-98), and zstd only from
 * version 7 on (KIP-110). It reads only the batch's header: the log validates the rest. Stateless.
 */
final class ClientBatch {
    private static final short FIRST_WITH_ZSTD = 7;

    private ClientBatch() {}

    /**
     * @param records the request's records for one partition, or null
     * @param version version of the request
     * @return the bytes of the batch, a view of the request
     * @throws InvalidBatchException if the records are not one batch that the version allows
     */
    static ByteBuffer of(BaseRecords records, short version) {
        if (!(records instanceof MemoryRecords memory) || memory.sizeInBytes() == 0) {
            throw invalid("a produce request must carry a record batch for each partition it names");
        }
        ByteBuffer bytes = memory.buffer();
        int at = bytes.position();
        int available = bytes.remaining();
        if (available > BatchHeader.LOG_OVERHEAD + 4 && BatchHeader.magic(bytes, at) != BatchHeader.MAGIC) {
            throw invalid("record batch magic is " + BatchHeader.magic(bytes, at) + "; produce requests of version "
                    + version + " may only carry magic " + BatchHeader.MAGIC);
        }
        if (available < BatchHeader.SIZE || BatchHeader.sizeInBytes(bytes, at) > available) {
            throw invalid("the record batch is cut short: " + available + " bytes came");
        }
        int size = BatchHeader.sizeInBytes(bytes, at);
        if (size >= BatchHeader.SIZE && size < available) {
            throw invalid("produce requests of version " + version + " may only carry one record batch per partition; "
                    + (available - size) + " bytes follow the first");
        }
        if (version < FIRST_WITH_ZSTD && BatchHeader.codecId(bytes, at) == Codec.ZSTD.id()) {
            throw new InvalidBatchException(
                    Kind.UNKNOWN_CODEC,
                    "zstd needs produce requests of version " + FIRST_WITH_ZSTD + ", this one has version " + version);
        }
        return bytes;
    }

    private static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(Kind.INVALID_RECORD, message);
    }
}
