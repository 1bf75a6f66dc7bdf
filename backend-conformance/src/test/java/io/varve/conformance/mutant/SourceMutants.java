// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** Asks the source of a replacement otherwise than it may be asked. */
final class SourceMutants {
    private static final String CAUGHT_BY = "replace: asksItsSourceOnTheCallersThreadUntilThereIsNoMore";

    private SourceMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.inHandles("asks a replacement's source on another thread", CAUGHT_BY, AsksElsewhere::new),
                Mutant.inHandles(
                        "asks a replacement's source no further than to the segments' end",
                        CAUGHT_BY,
                        StopsAsking::new));
    }

    private static final class AsksElsewhere extends MutatedStore {
        AsksElsewhere(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void replace(List<Segment> old, BatchSource cleaned) {
            super.replace(old, () -> {
                List<BatchRun> next = new ArrayList<>();
                List<Throwable> thrown = new ArrayList<>();
                Thread asker = new Thread(() -> next.add(cleaned.next()), "asker");
                asker.setUncaughtExceptionHandler((thread, failure) -> thrown.add(failure));
                asker.start();
                join(asker);
                if (!thrown.isEmpty()) {
                    throw (RuntimeException) thrown.get(0);
                }
                return next.get(0);
            });
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Takes a batch that ends where the segments end for the last one. */
    private static final class StopsAsking extends MutatedStore {
        StopsAsking(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void replace(List<Segment> old, BatchSource cleaned) {
            AtomicBoolean complete = new AtomicBoolean();
            super.replace(old, () -> {
                BatchRun next = complete.get() ? null : cleaned.next();
                complete.set(next != null
                        && next.nextOffset() == old.get(old.size() - 1).endOffset());
                return next;
            });
        }
    }
}
