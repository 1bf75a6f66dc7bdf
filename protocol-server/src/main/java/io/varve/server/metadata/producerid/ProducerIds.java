// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.producerid;

import java.util.concurrent.CompletableFuture;

/** Gives out producer ids, each once in the cluster's life. Thread-safe. */
public interface ProducerIds {
    /** @return completes with an id that was never given out before, not even before a crash */
    CompletableFuture<Long> next();
}
