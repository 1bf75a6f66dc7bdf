// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.varve.server.pattern.PatternLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.coordinator.transaction.TransactionState;

/**
 * Selects the transactions that ListTransactions shows: by state and producer (KIP-664), by how long they
 * have been open (KIP-994), by transactional id (KIP-1152). An empty filter selects all.
 *
 * @param states the states wanted
 * @param filtersStates whether the request names states, known or not
 * @param unknown states named that do not exist
 * @param producerIds the producers wanted
 * @param durationMs for how many ms a transaction must have been open, exclusive, or -1
 * @param pattern matches the whole id, or null
 * @param nowMs the time in ms since the epoch
 */
record TransactionFilter(
        Set<TransactionState> states,
        boolean filtersStates,
        List<String> unknown,
        Set<Long> producerIds,
        long durationMs,
        Pattern pattern,
        long nowMs) {
    /** @throws InvalidRegularExpression if RE2 cannot compile the pattern, or only to something large */
    static TransactionFilter of(ListTransactionsRequestData request, long nowMs) {
        Set<TransactionState> states = new HashSet<>();
        List<String> unknown = new ArrayList<>();
        for (String name : request.stateFilters()) {
            TransactionState.fromName(name).ifPresentOrElse(states::add, () -> unknown.add(name));
        }
        return new TransactionFilter(
                states,
                !request.stateFilters().isEmpty(),
                unknown,
                new HashSet<>(request.producerIdFilters()),
                request.durationFilter(),
                pattern(request.transactionalIdPattern()),
                nowMs);
    }

    private static Pattern pattern(String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (PatternLimits.LONG.areExceededBy(text)) {
            throw new InvalidRegularExpression("the regular expression is too large");
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidRegularExpression("not a regular expression: " + e.getMessage());
        }
    }

    boolean selects(Transaction transaction) {
        return (!filtersStates || states.contains(transaction.state()))
                && (producerIds.isEmpty()
                        || producerIds.contains(transaction.producer().id()))
                && (durationMs < 0 || nowMs - transaction.times().start() > durationMs)
                && (pattern == null || pattern.matches(transaction.transactionalId()));
    }

    CompletableFuture<ListTransactionsResponseData> list(TransactionCoordinator coordinator) {
        List<CompletableFuture<List<Transaction>>> found = coordinator.readAll(
                "list",
                (shard, offset) ->
                        shard.committed(offset).stream().filter(this::selects).toList());
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new))
                .thenApply(all -> response(
                        found.stream().flatMap(each -> each.join().stream()).toList()));
    }

    ListTransactionsResponseData response(List<Transaction> selected) {
        return new ListTransactionsResponseData()
                .setUnknownStateFilters(unknown)
                .setTransactionStates(selected.stream()
                        .map(transaction -> new ListTransactionsResponseData.TransactionState()
                                .setTransactionalId(transaction.transactionalId())
                                .setProducerId(transaction.producer().id())
                                .setTransactionState(transaction.state().stateName()))
                        .toList());
    }
}
