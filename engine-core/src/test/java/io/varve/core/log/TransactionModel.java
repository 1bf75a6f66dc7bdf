// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.transaction.AbortedTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Models a partition with transactions: computes each answer from the whole history of its batches. */
final class TransactionModel {
    /** Holds one batch; a marker has no value. */
    record Batch(long offset, long producer, boolean transactional, String value, boolean commit) {
        boolean isMarker() {
            return value == null;
        }
    }

    /** Holds a transaction; {@code end} is -1 while it is open. */
    private record Transaction(long producer, long first, long end, boolean commit, long stable) {}

    private final List<Batch> batches = new ArrayList<>();
    long durableEnd;

    long end() {
        return batches.size(); // every batch holds one record
    }

    void add(long producer, boolean transactional, String value, boolean commit) {
        batches.add(new Batch(end(), producer, transactional, value, commit));
    }

    void crash() {
        batches.subList((int) durableEnd, batches.size()).clear();
    }

    boolean isOpen(long producer) {
        return transactions().stream().anyMatch(one -> one.producer() == producer && one.end() < 0);
    }

    private List<Transaction> transactions() {
        List<Transaction> all = new ArrayList<>();
        Map<Long, Long> open = new HashMap<>();
        for (Batch batch : batches) {
            if (!batch.isMarker()) {
                if (batch.transactional()) {
                    open.putIfAbsent(batch.producer(), batch.offset());
                }
                continue;
            }
            Long first = open.remove(batch.producer());
            if (first != null) {
                long stable =
                        open.values().stream().mapToLong(Long::longValue).min().orElse(batch.offset() + 1);
                all.add(new Transaction(batch.producer(), first, batch.offset(), batch.commit(), stable));
            }
        }
        open.forEach((producer, first) -> all.add(new Transaction(producer, first, -1, false, -1)));
        return all;
    }

    long lastStableOffset() {
        return transactions().stream()
                .filter(one -> one.end() < 0 || one.end() >= durableEnd)
                .mapToLong(Transaction::first)
                .filter(first -> first < durableEnd)
                .min()
                .orElse(durableEnd);
    }

    /** Returns the aborted transactions with records in a range. */
    List<AbortedTransaction> aborted(long from, long to) {
        return transactions().stream()
                .filter(one -> one.end() >= from && !one.commit() && one.first() < to)
                .map(one -> new AbortedTransaction(one.producer(), one.first(), one.end(), one.stable()))
                .toList();
    }

    /** Returns the values that a reader of committed records sees from an offset on. */
    List<String> committed(long from) {
        List<Transaction> aborted = transactions().stream()
                .filter(one -> one.end() >= 0 && !one.commit())
                .toList();
        List<String> values = new ArrayList<>();
        for (Batch batch : batches) {
            boolean isVoid = batch.transactional()
                    && aborted.stream()
                            .anyMatch(one -> one.producer() == batch.producer()
                                    && one.first() <= batch.offset()
                                    && batch.offset() < one.end());
            if (batch.offset() >= from && batch.offset() < lastStableOffset() && !batch.isMarker() && !isVoid) {
                values.add(batch.value());
            }
        }
        return values;
    }
}
