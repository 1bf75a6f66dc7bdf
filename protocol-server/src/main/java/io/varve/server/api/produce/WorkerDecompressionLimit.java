// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.DecompressionMeter;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;

/**
 * Stops the decompression of a large produce request on a worker thread once its connection is closed, so
 * that peers which disconnect do not keep the threads busy for minutes. A request below the limit is served
 * even then: a producer that awaits no response may close the connection after its last request. Not
 * thread-safe.
 */
public final class WorkerDecompressionLimit implements DecompressionMeter {
    /** Max decompressed bytes of a request whose connection is closed. */
    static final long MAX_BYTES_WHEN_CLOSED = 64 << 20;

    private final Connection connection;
    private long done;

    /** @param connection the connection of the request */
    public WorkerDecompressionLimit(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void decompressed(int bytes) {
        done += bytes;
        if (done > MAX_BYTES_WHEN_CLOSED && !connection.isOpen()) {
            throw new CloseConnectionException("it was closed while its batches were decompressed");
        }
    }
}
