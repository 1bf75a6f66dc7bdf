// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Checks a {@link History}: transactions are atomic, no committed one is lost or duplicated, no aborted one
 * is visible, those of a producer are in order, visible records stay visible, the sum of all accounts is
 * zero, the last stable offset is at the first open transaction, and a group's offset moves with its
 * transactions.
 */
public final class HistoryCheck {
    private final History history;
    private final Map<Attempt.Id, Attempt> attempts;
    /** What a consumer of committed records is shown of each transaction. */
    private final Map<Attempt.Id, List<PlacedEntry>> shown;

    /** What is in each partition, committed or not. */
    private final Map<Integer, List<PlacedEntry>> logs;

    private final List<String> violations = new ArrayList<>();

    private HistoryCheck(History history) {
        this.history = history;
        attempts = history.attempts().stream().collect(Collectors.toMap(Attempt::id, Function.identity()));
        shown = history.committed().stream()
                .collect(Collectors.groupingBy(placed -> placed.entry().transaction()));
        logs = byPartition(history.everything());
    }

    /** What is wrong with a history, one sentence for each fault; nothing is. */
    public static List<String> violations(History history) {
        HistoryCheck check = new HistoryCheck(history);
        check.eachEntryIsThereOnce();
        check.acknowledgedEntriesAreWhereTheyWereSaidToBe();
        check.transactionsEndedAsTheirClientsWereTold();
        check.eachProducersEntriesAreInOrder("shown", history.committed());
        check.eachProducersEntriesAreInOrder("in the log", history.everything());
        check.whatWasShownStays();
        check.whatIsShownIsInTheLog();
        check.sumIsZero();
        history.cuts().forEach(check::cutIsStable);
        history.offsets().forEach(check::offsetIsThatOfTheLastTransaction);
        return List.copyOf(check.violations);
    }

    private void eachEntryIsThereOnce() {
        Map<HistoryEntry, PlacedEntry> seen = new HashMap<>();
        for (PlacedEntry placed : history.everything()) {
            PlacedEntry other = seen.put(placed.entry(), placed);
            if (other != null) {
                violations.add("doubled: " + placed + " is also " + other);
            }
            if (!attempts.containsKey(placed.entry().transaction())) {
                violations.add("unheard of: " + placed);
            }
        }
    }

    private void acknowledgedEntriesAreWhereTheyWereSaidToBe() {
        Set<PlacedEntry> everything = new HashSet<>(history.everything());
        history.acknowledged().stream()
                .filter(placed -> !everything.contains(placed))
                .forEach(placed -> violations.add("acknowledged, but not there: " + placed));
    }

    private void transactionsEndedAsTheirClientsWereTold() {
        for (Attempt attempt : history.attempts()) {
            int sides = shown.getOrDefault(attempt.id(), List.of()).size();
            if (sides == 1) {
                violations.add("half: " + attempt + " shows " + shown.get(attempt.id()));
            } else if (sides == 0 && attempt.outcome() == Attempt.Outcome.COMMITTED) {
                violations.add("lost: " + attempt);
            }
            if (sides > 0 && attempt.outcome() == Attempt.Outcome.ABORTED) {
                violations.add("aborted, but shown: " + attempt + " shows " + shown.get(attempt.id()));
            }
        }
    }

    private void eachProducersEntriesAreInOrder(String where, List<PlacedEntry> placed) {
        Map<List<Integer>, PlacedEntry> last = new HashMap<>();
        for (PlacedEntry next : placed) {
            Attempt.Id id = next.entry().transaction();
            PlacedEntry before = last.put(List.of(next.partition(), id.producer()), next);
            if (before != null
                    && (before.offset() >= next.offset()
                            || before.entry().transaction().number() >= id.number())) {
                violations.add("out of order, " + where + ": " + next + " after " + before);
            }
        }
    }

    private void whatWasShownStays() {
        Map<Integer, List<PlacedEntry>> stayed = byPartition(history.committed());
        byPartition(history.live()).forEach((partition, live) -> {
            List<PlacedEntry> now = stayed.getOrDefault(partition, List.of());
            for (int i = 0; i < live.size(); i++) {
                PlacedEntry there = i < now.size() ? now.get(i) : null;
                if (!live.get(i).equals(there)) {
                    violations.add("shown as " + live.get(i) + " once, but then " + there);
                    return;
                }
            }
        });
    }

    private void whatIsShownIsInTheLog() {
        Set<PlacedEntry> everything = new HashSet<>(history.everything());
        history.committed().stream()
                .filter(placed -> !everything.contains(placed))
                .forEach(placed -> violations.add("shown, but not in the log: " + placed));
    }

    private void sumIsZero() {
        long sum = history.committed().stream()
                .mapToLong(placed -> placed.entry().amount())
                .sum();
        if (sum != 0) {
            violations.add("the sum of all accounts is " + sum);
        }
    }

    /**
     * A last stable offset is no further than the first transaction that nobody has ended, and not held back
     * by one that is settled.
     */
    private void cutIsStable(StableOffsets cut) {
        logs.forEach((partition, log) -> {
            long end = cut.ends().get(partition);
            boolean first = true;
            for (PlacedEntry placed : log) {
                Attempt attempt = attempts.get(placed.entry().transaction());
                if (attempt != null && placed.offset() < end && attempt.asked() > cut.after()) {
                    violations.add("open, but below " + cut + ": " + attempt + ", " + placed);
                }
                if (attempt != null && placed.offset() >= end && first) {
                    first = false;
                    if (attempt.settled() < cut.before()) {
                        violations.add("settled, but holds back " + cut + ": " + attempt + ", " + placed);
                    }
                }
            }
        });
    }

    private void offsetIsThatOfTheLastTransaction(OffsetSeen seen) {
        long expected = -1;
        for (int number = seen.transactions() - 1; number >= 0 && expected < 0; number--) {
            Attempt.Id id = new Attempt.Id(seen.producer(), number);
            if (attempts.get(id).withOffset() && shown.containsKey(id)) {
                expected = number;
            }
        }
        if (seen.offset() != expected) {
            violations.add("the group's offset should be " + expected + ": " + seen);
        }
    }

    private static Map<Integer, List<PlacedEntry>> byPartition(List<PlacedEntry> placed) {
        return placed.stream()
                .collect(Collectors.groupingBy(PlacedEntry::partition, TreeMap::new, Collectors.toList()));
    }
}
