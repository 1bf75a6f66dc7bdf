// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.append.AppendOrigin;
import io.varve.core.memory.ReadableAt;
import io.varve.core.producer.ProducerSnapshotFormat;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Snapshots;
import io.varve.core.transaction.TransactionIndex;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compares random histories of transactions, commits, snapshots, crashes, trims and damage with a simple
 * model.
 */
class TransactionHistoryTest {
    private static final int HISTORIES = 30;
    private static final int STEPS = 150;
    private static final int PRODUCERS = 4;
    private static final SegmentLimits SMALL = new SegmentLimits(500, Long.MAX_VALUE, 4096, 10 << 20);

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void aPartitionKnowsWhatItsHistorySays(ReadableAt readable) {
        long seed = Long.getLong("varve.test.seed", 20_260_713L);
        for (int i = 0; i < HISTORIES; i++) {
            History history = new History(readable, seed + i);
            try {
                history.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + (seed + i) + ", step " + history.step, e);
            }
        }
    }

    /**
     * Plays one history. Each producer's sequences continue from batch to batch, and begin again after a
     * crash that lost some of its batches.
     */
    private static final class History {
        final Random random;
        final TransactionRig rig;
        final TransactionModel model = new TransactionModel();
        final int[] epochs = new int[PRODUCERS];
        final int[] sequences = new int[PRODUCERS];
        boolean trimmed;
        int step;

        History(ReadableAt readable, long seed) {
            random = new Random(seed);
            rig = new TransactionRig(readable, SMALL);
        }

        void run() {
            for (step = 0; step < STEPS; step++) {
                int what = random.nextInt(100);
                if (what < 45) {
                    append(random.nextInt(PRODUCERS));
                } else if (what < 70) {
                    end(random.nextInt(PRODUCERS));
                } else if (what < 85) {
                    rig.commit();
                    model.durableEnd = model.end();
                } else if (what < 91) {
                    rig.log.producers().writeSnapshot();
                } else if (what < 93) {
                    trim();
                } else if (what < 95) {
                    damage();
                } else {
                    restart(random.nextBoolean());
                }
                check();
            }
        }

        private void append(int producer) {
            String value = "v" + step;
            boolean open = model.isOpen(producer);
            if (open || random.nextInt(4) > 0) {
                rig.send(producer, epochs[producer], sequences[producer]++, value);
                model.add(producer, true, value, false);
            } else {
                rig.log
                        .appender()
                        .append(
                                LogBatches.idempotent(producer, epochs[producer], sequences[producer]++, value),
                                AppendOrigin.CLIENT);
                model.add(producer, false, value, false);
            }
        }

        private void end(int producer) {
            boolean commit = random.nextBoolean();
            if (random.nextBoolean()) {
                epochs[producer]++;
                sequences[producer] = 0;
            }
            rig.end(producer, epochs[producer], commit);
            model.add(producer, false, null, commit);
        }

        private void trim() {
            long to = random.nextLong(rig.log.lastStableOffset() + 1);
            trimmed |= to > 0;
            rig.log.maintenance().trimTo(to);
            rig.commit(); // records that return after a crash that lost a trim are not tested here
            model.durableEnd = model.end();
        }

        private void damage() {
            Snapshots blobs = rig.log.commitTarget().store().snapshots();
            String name = random.nextInt(4) == 0 ? ProducerSnapshotFormat.NAME : TransactionIndex.NAME;
            List<Long> offsets = blobs.offsets(name);
            if (offsets.isEmpty()) {
                return;
            }
            long victim = offsets.get(random.nextInt(offsets.size()));
            if (random.nextBoolean()) {
                blobs.delete(name, victim);
            } else {
                ByteBuffer bytes = blobs.newest(name, victim).orElseThrow().bytes();
                ByteBuffer copy =
                        ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
                int at = random.nextInt(copy.limit());
                blobs.write(name, victim, copy.put(at, (byte) (copy.get(at) ^ (1 << random.nextInt(8)))));
            }
            restart(true);
        }

        private void restart(boolean crash) {
            if (crash) {
                rig.crash();
                model.crash();
            } else {
                rig.restart();
                model.durableEnd = model.end();
            }
            for (int producer = 0; producer < PRODUCERS; producer++) {
                // Like a coordinator: aborts the open transaction under a new epoch.
                epochs[producer]++;
                sequences[producer] = 0;
            }
            check();
            for (int producer = 0; producer < PRODUCERS; producer++) {
                if (model.isOpen(producer)) {
                    rig.end(producer, epochs[producer], false);
                    model.add(producer, false, null, false);
                }
            }
        }

        private void check() {
            assertThat(rig.log.logEndOffset()).isEqualTo(model.end());
            assertThat(rig.log.highWatermark()).isEqualTo(model.durableEnd);
            assertThat(rig.log.lastStableOffset()).isEqualTo(model.lastStableOffset());
            for (int producer = 0; producer < PRODUCERS; producer++) {
                long id = producer;
                boolean open = rig.log.producers().active().stream()
                        .anyMatch(one -> one.producerId() == id && one.currentTransactionFirstOffset() >= 0);
                assertThat(open).isEqualTo(model.isOpen(producer));
            }
            assertThat(rig.committed(1 + random.nextInt(600))).isEqualTo(model.committed(rig.log.logStartOffset()));
            if (!trimmed) {
                long[] range = {random.nextLong(model.end() + 1), random.nextLong(model.end() + 1)};
                Arrays.sort(range);
                assertThat(rig.log.producers().abortedTransactions(range[0], range[1]))
                        .isEqualTo(model.aborted(range[0], range[1]));
                assertThat(rig.log.producers().abortedTransactions(0, Long.MAX_VALUE))
                        .isEqualTo(model.aborted(0, Long.MAX_VALUE));
            }
        }
    }
}
