// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Combines lists of futures. Stateless. */
public final class FutureLists {
    private FutureLists() {}

    /**
     * @param futures any number of futures
     * @param <T> type of the values
     * @return completes with the values, in the order of the futures, when all are complete; fails when one
     *     fails
     */
    public static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    List<T> values = new ArrayList<>(futures.size());
                    futures.forEach(future -> values.add(future.join()));
                    return values;
                });
    }
}
