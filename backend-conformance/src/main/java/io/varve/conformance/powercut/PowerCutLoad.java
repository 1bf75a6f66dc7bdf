// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.crash.Workload;
import io.varve.conformance.crash.WorkloadJournal;
import io.varve.conformance.rig.ParentEnd;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageProvider;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Works on the storage whose disk loses its power, in a process of its own: syncs from other threads, now and
 * then closes the storage properly and opens it again, until standard input ends.
 */
final class PowerCutLoad {
    private static final int SYNCERS = 2;
    private static final int STEPS_BETWEEN_REOPENS = 1500;
    private static final int STEPS_BETWEEN_PAUSES = 15;
    private static final int HITS_BETWEEN_STAYS = 20;
    private static final long LONGEST_PAUSE_NANOS = 6_000_000;

    private final Workload workload;
    private final SplittableRandom random;
    /** Shared by the threads that sync; held alone to reopen the storage. */
    private final ReadWriteLock reopening = new ReentrantReadWriteLock(true);

    private PowerCutLoad(Workload workload, long seed) {
        this.workload = workload;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Arguments: the provider's class, the data directory, the journal, the seed, the generation, then
     * KEY=VALUE.
     */
    public static void main(String[] args) {
        Scheduler scheduler = new SystemScheduler(3);
        scheduler.start("parent", () -> ParentEnd.await(() -> {}));
        try {
            StorageProvider provider = (StorageProvider)
                    Class.forName(args[0]).getDeclaredConstructor().newInstance();
            TestedBackend subject = new TestedBackend(provider, properties(args, 5), List.of());
            Path directory = Path.of(args[1]);
            long seed = Long.parseLong(args[3]);
            int generation = Integer.parseInt(args[4]);
            try (WorkloadJournal journal = WorkloadJournal.open(Path.of(args[2]))) {
                Workload workload = new Workload(
                        () -> subject.open(directory, scheduler, lingering(seed)),
                        journal,
                        seed,
                        generation,
                        subject.provider().tiers());
                new PowerCutLoad(workload, seed + generation).run(scheduler);
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    static Map<String, String> properties(String[] args, int from) {
        Map<String, String> properties = new HashMap<>();
        for (int i = from; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            properties.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        return properties;
    }

    /**
     * Stays a little at some of the durability boundaries, so that the power is cut there more often than
     * chance would have it.
     */
    private static FailPoints lingering(long seed) {
        AtomicLong hits = new AtomicLong(seed);
        FailPoints failPoints = new FailPoints();
        failPoints.watch(name -> {
            SplittableRandom chance = new SplittableRandom(hits.incrementAndGet());
            if (chance.nextInt(HITS_BETWEEN_STAYS) == 0) {
                LockSupport.parkNanos(chance.nextLong(LONGEST_PAUSE_NANOS));
            }
        });
        return failPoints;
    }

    private static void fail(Throwable e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private void run(Scheduler scheduler) {
        for (int i = 0; i < SYNCERS; i++) {
            SplittableRandom chance = random.split();
            scheduler.start("sync-" + i, () -> {
                try {
                    while (true) {
                        sync(chance);
                    }
                } catch (Throwable e) {
                    fail(e);
                }
            });
        }
        while (true) {
            workload.step();
            if (random.nextInt(STEPS_BETWEEN_PAUSES) == 0) {
                LockSupport.parkNanos(random.nextLong(LONGEST_PAUSE_NANOS));
            }
            if (random.nextInt(STEPS_BETWEEN_REOPENS) == 0) {
                reopen();
            }
        }
    }

    private void sync(SplittableRandom chance) {
        reopening.readLock().lock();
        try {
            workload.sync(chance);
        } finally {
            reopening.readLock().unlock();
        }
        LockSupport.parkNanos(chance.nextLong(LONGEST_PAUSE_NANOS));
    }

    private void reopen() {
        reopening.writeLock().lock();
        try {
            workload.reopen();
        } finally {
            reopening.writeLock().unlock();
        }
    }
}
