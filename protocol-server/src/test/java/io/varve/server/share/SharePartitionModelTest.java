// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.LogFixture;
import io.varve.server.share.state.SharePartitionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Compares a share partition with a simple model, in random histories with failures and crashes. */
class SharePartitionModelTest {
    private static final long SEED = Long.getLong("varve.test.share.seed", System.nanoTime() % 1_000_000);
    private static final int HISTORIES = Integer.getInteger("varve.test.share.histories", 60);
    private static final int STEPS = 400;
    private static final int MAX_WINDOW = 10_000;
    private static final int LOCK_MS = 1_000;
    private static final List<String> MEMBERS = List.of("a", "b", "c");

    private record Asked(List<Long> offsets, CompletableFuture<Void> answer) {}

    private final Random random = new Random();
    private final LogFixture fixture = new LogFixture();
    private PartitionLog log;
    private ShareLimits limits;
    private HeldStates states;
    private DeliveryModel model;
    private SharePartition partition;
    private final List<Asked> asked = new ArrayList<>();
    private final Set<Long> accepted = new HashSet<>();
    /** First offset and number of records of each batch in the log. */
    private final TreeMap<Long, Integer> batches = new TreeMap<>();
    /** First offset and number of offsets of each gap in the log. */
    private final TreeMap<Long, Integer> gaps = new TreeMap<>();

    @Test
    void doesWhatTheModelDoes() {
        for (int history = 0; history < HISTORIES; history++) {
            long seed = SEED + history;
            random.setSeed(seed);
            try {
                play(history);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("with -Dvarve.test.share.seed=" + seed, e);
            }
        }
    }

    private void play(int history) {
        log = fixture.create("topic-" + history, 1).partition(0);
        limits = new ShareLimits(10 + random.nextInt(40), 2 + random.nextInt(5), LOCK_MS, true);
        states = new HeldStates();
        model = new DeliveryModel(limits.maxDeliveries());
        asked.clear();
        accepted.clear();
        batches.clear();
        gaps.clear();
        open();
        for (int step = 0; step < STEPS; step++) {
            step();
            settleAnswers();
        }
        drain();
        assertThat(states.maxAtOnce).isLessThanOrEqualTo(1);
    }

    private void open() {
        partition = new SharePartition(
                new SharePartitionId("group", Uuid.ONE_UUID, 0),
                log,
                new ShareContext(states, new FixedShareSettings(limits), fixture.time, fixture.time, Runnable::run));
        partition.load();
    }

    private void step() {
        String member = MEMBERS.get(random.nextInt(MEMBERS.size()));
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> append();
            case 3, 4, 5, 6, 7, 8 -> acquire(member);
            case 9, 10, 11, 12 -> acknowledge(member, model.ownedBy(member));
            case 13 -> refuse(member);
            case 14, 15, 16 -> answerStore(random.nextInt(6) > 0);
            case 17 -> advance();
            case 18 -> {
                if (random.nextInt(4) == 0) {
                    release(member);
                }
            }
            default -> {
                if (random.nextInt(10) == 0) {
                    crash();
                } else if (random.nextInt(5) == 0) {
                    trim();
                }
            }
        }
    }

    private void append() {
        int records = 1 + random.nextInt(8);
        if (random.nextInt(12) == 0) {
            gap(1 + random.nextInt(20));
        } else if (random.nextInt(90) == 0) {
            gap(MAX_WINDOW - 30 + random.nextInt(60));
        }
        batches.put(log.logEndOffset(), records);
        fill(records);
    }

    /** Writes records that no read shows: compaction has removed them. */
    private void gap(int offsets) {
        gaps.put(log.logEndOffset(), offsets);
        fill(offsets);
    }

    private boolean isInGap(long offset) {
        Map.Entry<Long, Integer> gap = gaps.floorEntry(offset);
        return gap != null && offset < gap.getKey() + gap.getValue();
    }

    private void fill(int records) {
        fixture.fill(log, LongStream.range(0, records).mapToObj(Long::toString).toArray(String[]::new));
    }

    private boolean acquire(String member) {
        if (!partition.canAcquire()) {
            return false;
        }
        long from = partition.nextOffset();
        if (from >= log.highWatermark()) {
            return false;
        }
        FetchedBatches read = new FetchedBatches();
        int batchCount = 1 + random.nextInt(4);
        Map.Entry<Long, Integer> gap = gaps.floorEntry(from);
        long first = isInGap(from) ? gap.getKey() + gap.getValue() : batches.floorKey(from);
        for (int i = 0; i < batchCount && batches.containsKey(first); i++) {
            int records = batches.get(first);
            read.add(first, first + records - 1, i, false);
            first += records;
            first += gaps.getOrDefault(first, 0);
        }
        AcquireRequest request =
                new AcquireRequest(member, 1 + random.nextInt(12), 1 + random.nextInt(6), random.nextBoolean());
        List<AcquiredRange> acquired = partition.acquire(request, from, read);
        if (isInGap(from)) {
            assertThat(partition.nextOffset()).as("from %d on", from).isGreaterThan(from);
        } else {
            assertThat(acquired).isNotEmpty();
            assertThat(acquired.get(0).first()).isEqualTo(from);
        }
        model.acquired(request, acquired, fixture.time.nanos() + LOCK_MS * 1_000_000L);
        return true;
    }

    private void acknowledge(String member, List<Long> owned) {
        if (owned.isEmpty()) {
            return;
        }
        List<Acknowledgement> said = new ArrayList<>();
        List<Long> stored = new ArrayList<>();
        int at = random.nextInt(owned.size());
        while (at < owned.size() && said.size() < 3) {
            int end = at;
            while (end + 1 < owned.size() && owned.get(end + 1) == owned.get(end) + 1 && random.nextInt(6) > 0) {
                end++;
            }
            List<Byte> types = new ArrayList<>();
            byte one = (byte) random.nextInt(5);
            boolean each = random.nextBoolean();
            for (int i = at; i <= end; i++) {
                byte type = each ? (byte) random.nextInt(5) : one;
                types.add(type);
                if (type == Acknowledgement.RENEW) {
                    model.at(owned.get(i)).lockedUntil = fixture.time.nanos() + LOCK_MS * 1_000_000L;
                } else {
                    model.at(owned.get(i)).pending = type;
                    stored.add(owned.get(i));
                }
            }
            said.add(new Acknowledgement(owned.get(at), owned.get(end), each ? types : List.of(one)));
            at = end + 1 + random.nextInt(3);
        }
        asked.add(new Asked(stored, partition.acknowledge(member, said)));
    }

    /** Acknowledges what the member may not: another's, or what is not acquired. Nothing changes. */
    private void refuse(String member) {
        List<Long> others = new ArrayList<>();
        model.offsets.forEach((offset, delivery) -> {
            if (offset >= model.start
                    && (!member.equals(delivery.owner) || delivery.pending != null)
                    && !isInGap(offset)) {
                others.add(offset);
            }
        });
        List<Long> owned = model.ownedBy(member);
        long inWindow = partitionStart();
        others.removeIf(offset -> offset < inWindow);
        if (others.isEmpty()) {
            return;
        }
        long wrong = others.get(random.nextInt(others.size()));
        List<Acknowledgement> said = new ArrayList<>();
        owned.stream()
                .filter(offset -> offset < wrong)
                .findFirst()
                .ifPresent(offset -> said.add(new Acknowledgement(offset, offset, List.of(Acknowledgement.ACCEPT))));
        said.add(new Acknowledgement(wrong, wrong, List.of(Acknowledgement.ACCEPT)));
        assertThat(partition.acknowledge(member, said)).isCompletedExceptionally();
    }

    /** @return the first offset whose acknowledgement is not ignored */
    private long partitionStart() {
        long start = model.start;
        for (Map.Entry<Long, DeliveryModel.Delivery> entry : model.offsets.entrySet()) {
            if (entry.getKey() < model.start) {
                continue;
            }
            DeliveryModel.Delivery delivery = entry.getValue();
            boolean gone = isInGap(entry.getKey()) && delivery.isAvailable();
            if (!gone && !delivery.over || delivery.pending != null) {
                return entry.getKey();
            }
            start = entry.getKey() + 1;
        }
        return start;
    }

    private void answerStore(boolean stores) {
        if (states.waiting() == 0) {
            return;
        }
        if (stores) {
            long before = states.start;
            states.store();
            assertThat(states.start).isGreaterThanOrEqualTo(before);
            assertThat(states.last.start()).isGreaterThanOrEqualTo(before);
            long over = states.runs.values().stream()
                    .filter(run -> DeliveryState.of(run.state()).isFinal())
                    .count();
            assertThat((long) states.last.completed()).isGreaterThanOrEqualTo(over);
        } else {
            states.fail();
        }
    }

    private void settleAnswers() {
        asked.removeIf(one -> {
            if (!one.answer().isDone()) {
                return false;
            }
            boolean stored = !one.answer().isCompletedExceptionally();
            if (stored) {
                one.offsets().stream()
                        .filter(offset -> model.at(offset).pending != Acknowledgement.RELEASE)
                        .forEach(accepted::add);
            }
            model.settle(one.offsets(), stored, fixture.time.nanos());
            return true;
        });
    }

    private void advance() {
        fixture.time.advance(random.nextInt(LOCK_MS));
        model.timeOut(fixture.time.nanos());
    }

    private void release(String member) {
        List<Long> owned = model.ownedBy(member);
        owned.forEach(offset -> model.at(offset).pending = Acknowledgement.RELEASE);
        asked.add(new Asked(owned, partition.release(member)));
    }

    private void trim() {
        long to = Math.min(log.highWatermark(), model.start + random.nextInt(10));
        if (to > log.logStartOffset()) {
            log.maintenance().trimTo(to);
            partition.followLogStart();
            model.start = to;
        }
    }

    private void crash() {
        states.crash();
        asked.clear();
        partition.fence();
        open();
        model.crash(states);
        accepted.forEach(offset -> {
            if (offset >= Math.max(model.start, states.start)) {
                assertThat(model.at(offset).over)
                        .as("accepted %d is stored", offset)
                        .isTrue();
            }
        });
    }

    /** Accepts everything that comes, until nothing does. */
    private void drain() {
        long end = fixture.time.nanos() + LOCK_MS * 1_000_000L;
        while (states.waiting() > 0) {
            states.store();
            settleAnswers();
        }
        fixture.time.advance(LOCK_MS + 1);
        model.timeOut(fixture.time.nanos());
        assertThat(fixture.time.nanos()).isGreaterThan(end);
        while (states.waiting() > 0) {
            states.store();
            settleAnswers();
        }
        while (acquire("a")) {
            List<Long> owned = model.ownedBy("a");
            owned.forEach(offset -> model.at(offset).pending = Acknowledgement.ACCEPT);
            List<Acknowledgement> said = owned.stream()
                    .map(offset -> new Acknowledgement(offset, offset, List.of(Acknowledgement.ACCEPT)))
                    .toList();
            asked.add(new Asked(owned, partition.acknowledge("a", said)));
            while (states.waiting() > 0) {
                states.store();
            }
            settleAnswers();
        }
        assertThat(partition.nextOffset()).isEqualTo(log.highWatermark());
        model.offsets.forEach((offset, delivery) -> assertThat(delivery.over || offset < model.start || isInGap(offset))
                .as("offset %d is over", offset)
                .isTrue());
    }
}
