// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
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
 * What ListTransactions lets through: by state and producer (KIP-664), by how long it has been open (KIP-994), by transactional id
 * (KIP-1152). Empty filters let everything through.
 *
 * @param states those wanted
 * @param filtersStates whether states were named, be they known or not
 * @param unknown states named that there are none of
 * @param producerIds those wanted
 * @param durationMs open for longer than that, or -1
 * @param pattern matches the whole id, or null
 * @param nowMs the time
 */
record TransactionFilter(
        Set<TransactionState> states,
        boolean filtersStates,
        List<String> unknown,
        Set<Long> producerIds,
        long durationMs,
        Pattern pattern,
        long nowMs) {
    /** @throws InvalidRegularExpression if the pattern is none of RE2 */
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
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidRegularExpression("not a regular expression: " + e.getMessage());
        }
    }

    boolean shows(Transaction transaction) {
        return (!filtersStates || states.contains(transaction.state()))
                && (producerIds.isEmpty()
                        || producerIds.contains(transaction.producer().id()))
                && (durationMs < 0 || nowMs - transaction.times().start() > durationMs)
                && (pattern == null || pattern.matches(transaction.transactionalId()));
    }

    CompletableFuture<ListTransactionsResponseData> ask(RunningTransactionCoordinator coordinator) {
        List<CompletableFuture<List<Transaction>>> found = coordinator.readAll(
                "list",
                (shard, offset) ->
                        shard.committed(offset).stream().filter(this::shows).toList());
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new))
                .thenApply(all -> response(
                        found.stream().flatMap(each -> each.join().stream()).toList()));
    }

    ListTransactionsResponseData response(List<Transaction> shown) {
        return new ListTransactionsResponseData()
                .setUnknownStateFilters(unknown)
                .setTransactionStates(shown.stream()
                        .map(transaction -> new ListTransactionsResponseData.TransactionState()
                                .setTransactionalId(transaction.transactionalId())
                                .setProducerId(transaction.producer().id())
                                .setTransactionState(transaction.state().stateName()))
                        .toList());
    }
}
