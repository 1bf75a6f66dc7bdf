// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests that the check accepts a correct history, and finds each fault planted into one. */
class HistoryCheckTest {
    private static final Attempt.Outcome COMMITTED = Attempt.Outcome.COMMITTED;
    private static final Attempt.Outcome ABORTED = Attempt.Outcome.ABORTED;
    private static final Attempt.Outcome UNKNOWN = Attempt.Outcome.UNKNOWN;

    /**
     * Producer 0 commits, aborts and commits; producer 1 does not know of its first, which was committed, and
     * commits.
     */
    private final List<Attempt> attempts = new ArrayList<>(List.of(
            attempt(0, 0, 1, 10, COMMITTED, true),
            attempt(0, 1, 11, 20, ABORTED, true),
            attempt(0, 2, 21, 40, COMMITTED, false),
            attempt(1, 0, 5, 25, UNKNOWN, true),
            attempt(1, 1, 26, 50, COMMITTED, true)));

    private final List<PlacedEntry> committed = new ArrayList<>(List.of(
            placed(0, 0, 0, 0, 0, -5),
            placed(0, 4, 0, 2, 0, -7),
            placed(0, 6, 1, 1, 0, -1),
            placed(1, 0, 0, 0, 1, 5),
            placed(1, 2, 1, 0, 0, -2),
            placed(1, 6, 1, 1, 1, 1),
            placed(2, 0, 1, 0, 1, 2),
            placed(2, 4, 0, 2, 1, 7)));

    private final List<PlacedEntry> aborted = List.of(placed(0, 2, 0, 1, 0, -3), placed(2, 2, 0, 1, 1, 3));
    private final List<PlacedEntry> everything = new ArrayList<>(java.util.stream.Stream.concat(
                    committed.stream(), aborted.stream())
            .sorted(java.util.Comparator.comparing(PlacedEntry::partition).thenComparing(PlacedEntry::offset))
            .toList());
    private final List<PlacedEntry> acknowledged = new ArrayList<>(everything);
    private final List<PlacedEntry> live = new ArrayList<>(committed.subList(0, 5));
    private final List<StableOffsets> cuts = new ArrayList<>(List.of(
            new StableOffsets(12, 13, Map.of(0, 2L, 1, 2L, 2, 0L)),
            new StableOffsets(100, 101, Map.of(0, 8L, 1, 8L, 2, 8L))));
    private final List<OffsetSeen> offsets = new ArrayList<>(List.of(
            new OffsetSeen(0, 0, -1), new OffsetSeen(0, 3, 0), new OffsetSeen(1, 1, 0), new OffsetSeen(1, 2, 1)));

    @Test
    void findsNothingWrongWithASoundHistory() {
        assertThat(violations()).isEmpty();
    }

    @Test
    void findsALostTransaction() {
        committed.removeIf(placed -> is(placed, 1, 1));
        live.clear();
        assertThat(violations()).anyMatch(violation -> violation.startsWith("lost: "));
    }

    @Test
    void findsHalfATransaction() {
        committed.removeIf(placed -> is(placed, 1, 0) && placed.entry().side() == 0);
        live.clear();
        assertThat(violations())
                .anyMatch(violation -> violation.startsWith("half: "))
                .contains("the sum of all accounts is 2");
    }

    @Test
    void findsADoubledEntry() {
        PlacedEntry again = placed(2, 9, 0, 2, 1, 7);
        everything.add(again);
        committed.add(again);
        assertThat(violations())
                .anyMatch(violation -> violation.startsWith("doubled: "))
                .anyMatch(violation -> violation.startsWith("out of order, shown: "));
    }

    @Test
    void findsAnAbortedTransactionThatIsShown() {
        committed.clear();
        committed.addAll(everything);
        live.clear();
        assertThat(violations()).anyMatch(violation -> violation.startsWith("aborted, but shown: "));
    }

    @Test
    void findsAnAcknowledgedEntryThatIsElsewhere() {
        replace(
                acknowledged,
                placed -> is(placed, 0, 2) ? new PlacedEntry(placed.partition(), 3, placed.entry()) : placed);
        assertThat(violations()).anyMatch(violation -> violation.startsWith("acknowledged, but not there: "));
    }

    @Test
    void findsAnEntryThatIsUnheardOf() {
        everything.add(placed(2, 20, 7, 0, 0, 0));
        assertThat(violations()).anyMatch(violation -> violation.startsWith("unheard of: "));
    }

    @Test
    void findsAProducersTransactionsOutOfOrder() {
        inBoth(list -> replace(list, placed -> {
            int number = placed.entry().transaction().number();
            return placed.partition() == 0 && placed.entry().transaction().producer() == 0
                    ? placed(
                            0, 4 - placed.offset(), 0, number, 0, placed.entry().amount())
                    : placed;
        }));
        everything.sort(java.util.Comparator.comparing(PlacedEntry::partition).thenComparing(PlacedEntry::offset));
        assertThat(violations()).anyMatch(violation -> violation.startsWith("out of order, in the log: "));
    }

    @Test
    void findsThatSomethingShownIsNoMore() {
        live.add(1, placed(0, 2, 0, 1, 0, -3));
        assertThat(violations()).anyMatch(violation -> violation.startsWith("shown as "));
    }

    @Test
    void findsSomethingShownThatIsNotInTheLog() {
        everything.removeIf(placed -> is(placed, 0, 0));
        assertThat(violations()).anyMatch(violation -> violation.startsWith("shown, but not in the log: "));
    }

    @Test
    void findsALastStableOffsetBehindAnOpenTransaction() {
        cuts.add(new StableOffsets(22, 23, Map.of(0, 5L, 1, 6L, 2, 4L)));
        assertThat(violations()).singleElement().asString().startsWith("open, but below ");
    }

    @Test
    void findsALastStableOffsetHeldBackByASettledTransaction() {
        cuts.add(new StableOffsets(22, 23, Map.of(0, 2L, 1, 6L, 2, 4L)));
        assertThat(violations()).singleElement().asString().startsWith("settled, but holds back ");
    }

    @Test
    void allowsACutThroughATransactionThatIsBeingDecided() {
        cuts.add(new StableOffsets(37, 38, Map.of(0, 6L, 1, 6L, 2, 4L)));
        assertThat(violations()).isEmpty();
    }

    @Test
    void findsAnOffsetWithoutItsTransaction() {
        offsets.add(new OffsetSeen(0, 2, 1));
        assertThat(violations()).singleElement().asString().startsWith("the group's offset should be 0");
    }

    @Test
    void findsATransactionWithoutItsOffset() {
        offsets.add(new OffsetSeen(1, 2, 0));
        assertThat(violations()).singleElement().asString().startsWith("the group's offset should be 1");
    }

    private List<String> violations() {
        return HistoryCheck.violations(new History(attempts, acknowledged, live, committed, everything, cuts, offsets));
    }

    private void inBoth(Consumer<List<PlacedEntry>> change) {
        change.accept(committed);
        change.accept(everything);
    }

    private static void replace(List<PlacedEntry> list, UnaryOperator<PlacedEntry> change) {
        list.replaceAll(change);
    }

    private static boolean is(PlacedEntry placed, int producer, int number) {
        return placed.entry().transaction().equals(new Attempt.Id(producer, number));
    }

    private static Attempt attempt(
            int producer, int number, long began, long settled, Attempt.Outcome outcome, boolean withOffset) {
        return new Attempt(new Attempt.Id(producer, number), began, settled - 4, settled, outcome, withOffset);
    }

    private static PlacedEntry placed(int partition, long offset, int producer, int number, int side, long amount) {
        return new PlacedEntry(partition, offset, new HistoryEntry(new Attempt.Id(producer, number), side, amount));
    }
}
