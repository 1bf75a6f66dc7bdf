// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.DecompressionMeter;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;

/**
 * What a worker thread decompresses for a produce request: all of it, as long as the peer is there, so that
 * peers that come and go do not have the threads busy for minutes. A producer that does not wait for answers
 * may leave behind its last request, which is done when it is not extraordinary. Not thread-safe.
 */
final class WorkerDecompressionLimit implements DecompressionMeter {
    static final long BYTES_FOR_THE_GONE = 64 << 20;

    private final Connection connection;
    private long done;

    WorkerDecompressionLimit(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void decompressed(int bytes) {
        done += bytes;
        if (done > BYTES_FOR_THE_GONE && !connection.isOpen()) {
            throw new CloseConnectionException("it left while its batches were decompressed");
        }
    }
}
