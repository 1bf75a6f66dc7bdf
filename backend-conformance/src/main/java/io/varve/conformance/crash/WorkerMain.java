// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.rig.ParentEnd;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Works on a storage until it is killed, or halts itself at a failpoint. Runs in a process of its own. */
final class WorkerMain {
    /** Said on standard output once the storage is open. */
    static final String READY = "ready";
    /** Before each line with a failpoint's name and its hits. */
    static final String COUNTED = "hits ";
    /** Exit status of a process that halted at its failpoint; a killed one has the same. */
    static final int HALTED = 137;

    private static final int FAILED = 1;
    private static final int STEPS = 400;
    private static final int STEPS_BETWEEN_REOPENS = 130;

    private final Map<String, Integer> hits = new ConcurrentHashMap<>();
    private final FailPoints failPoints = new FailPoints();
    private final Scheduler scheduler = new SystemScheduler(2);
    private final WorkerArguments order;
    private final TestedBackend subject;

    private WorkerMain(WorkerArguments order, TestedBackend subject) {
        this.order = order;
        this.subject = subject;
    }

    /** @param arguments as {@link WorkerArguments} has them */
    public static void main(String[] arguments) {
        try {
            StorageProvider provider = (StorageProvider)
                    Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
            new WorkerMain(
                            WorkerArguments.parse(arguments),
                            new TestedBackend(provider, WorkerArguments.properties(arguments), List.of()))
                    .run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private static void fail(Throwable e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(FAILED);
    }

    private void run() throws IOException, InterruptedException {
        scheduler.start("parent", () -> ParentEnd.await(() -> {}));
        switch (order.task().kind()) {
            case OPEN -> {
                subject.open(order.directory(), scheduler, failPoints);
                System.out.println(READY);
                new CountDownLatch(1).await();
            }
            case LOAD -> load(workload());
            case COUNT -> {
                failPoints.watch(name -> hits.merge(name, 1, Integer::sum));
                work(workload());
                hits.forEach((name, count) -> System.out.println(COUNTED + name + " " + count));
                System.out.flush();
            }
            case HALT -> {
                AtomicInteger left = new AtomicInteger(order.task().hit());
                failPoints.arm(order.task().failPoint(), () -> {
                    if (left.decrementAndGet() == 0) {
                        Runtime.getRuntime().halt(HALTED);
                    }
                });
                work(workload());
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private Workload workload() throws IOException {
        Workload workload = new Workload(
                () -> subject.open(order.directory(), scheduler, failPoints),
                WorkloadJournal.open(order.journal()),
                order.seed(),
                order.generation(),
                subject.provider().tiers());
        System.out.println(READY);
        return workload;
    }

    private void load(Workload workload) {
        SplittableRandom chance = new SplittableRandom(order.seed() + order.generation());
        scheduler.start("syncer", () -> {
            try {
                while (true) {
                    workload.sync(chance);
                }
            } catch (Throwable e) {
                fail(e);
            }
        });
        while (true) {
            workload.step();
        }
    }

    private void work(Workload workload) {
        SplittableRandom chance = new SplittableRandom(order.seed());
        for (int step = 1; step <= STEPS; step++) {
            workload.step();
            if (chance.nextInt(6) == 0) {
                workload.sync(chance);
            }
            if (step % STEPS_BETWEEN_REOPENS == 0) {
                workload.reopen();
            }
        }
    }
}
