// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.HeldBytes;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests appends that wait for their commit, which an event loop runs by itself or leaves to the agent. */
class GatheredAppendsTest {
    private static final PartitionId ID = new PartitionId("t", new UUID(1, 2), 0);

    private final VirtualTime time = new VirtualTime(1_000);
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Map<PartitionId, PartitionStore> stores = new HashMap<>();
    private boolean syncsAreShort = true;
    private boolean appendsAreCalls = true;
    /** Runs before each append of the storage. */
    private Runnable beforeAppend = () -> {};
    /** Runs before each sync of the storage. */
    private Runnable beforeSync = () -> {};
    /** The bytes of the last run that the storage has taken, and what holds them. */
    private ByteBuffer lastBytes;

    private HeldBytes lastHeld;
    /** Number of runs that the storage has taken. */
    private int runs;
    /** Why the storage takes none; null while it does. */
    private StorageException failure;

    private final EventLoop loop = new EventLoop() {
        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Runnable schedule(long nanos, Runnable task) {
            return time.scheduleNanos(nanos, task)::cancel;
        }
    };

    private LogEngine engine;
    private PartitionLog log;

    /** An append that was begun. */
    private static final class Begun implements AppendOutcome {
        private AppendResult result;
        private RuntimeException refusal;

        @Override
        public void appended(AppendResult to) {
            result = to;
        }

        @Override
        public void refused(RuntimeException reason) {
            refusal = reason;
        }

        private boolean waits() {
            return result == null && refusal == null;
        }
    }

    @BeforeEach
    void open() {
        StorageProvider provider = new StorageProvider() {
            @Override
            public String name() {
                return "counting";
            }

            @Override
            public Storage open(StorageContext context) {
                return new ForwardingStorage(new MemoryStorage()) {
                    @Override
                    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
                        stores.put(id, super.open(id, epoch, settings));
                        return counting(stores.get(id));
                    }

                    @Override
                    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
                        beforeSync.run();
                        return super.sync(dirty.stream()
                                .map(store -> stores.get(store.id()))
                                .toList());
                    }

                    @Override
                    public boolean isSyncShort(Collection<? extends PartitionStore> dirty) {
                        return syncsAreShort;
                    }

                    @Override
                    public boolean appendsAreCalls() {
                        return appendsAreCalls;
                    }
                };
            }
        };
        engine = LogEngine.open(
                provider,
                new StorageContext(List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints()),
                EngineConfig.DEFAULT);
        log = engine.open(ID, 0, PartitionConfig.DEFAULT);
    }

    private PartitionStore counting(PartitionStore store) {
        return (PartitionStore) Proxy.newProxyInstance(
                PartitionStore.class.getClassLoader(), new Class<?>[] {PartitionStore.class}, (self, method, args) -> {
                    if (method.getName().equals("append")) {
                        beforeAppend.run();
                        if (failure != null) {
                            throw failure;
                        }
                        runs++;
                        BatchRun run = (BatchRun) args[0];
                        lastHeld = run.held();
                        lastBytes = ByteBuffer.allocate(run.bytes().remaining())
                                .put(run.bytes().duplicate())
                                .flip();
                    }
                    try {
                        return method.invoke(store, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @AfterEach
    void close() {
        engine.close();
        time.runReady();
    }

    private Begun begin(PartitionLog to, ByteBuffer batch) {
        return begin(to, batch, loop);
    }

    /** @param committing null if the loop has more than one connection */
    private Begun begin(PartitionLog to, ByteBuffer batch, EventLoop committing) {
        Begun begun = new Begun();
        AppendRun run = to.appender().check(batch, AppendOrigin.CLIENT, DecompressionMeter.NONE);
        AppendResult now = to.appender().append(run, loop, committing, begun);
        batch.put(batch.limit() - 1, (byte) 0); // the caller may use the bytes again
        if (now != null) {
            begun.appended(now);
        }
        return begun;
    }

    private Begun begin(String value) {
        return begin(log, LogBatches.at(5, value + "."));
    }

    private Begun beginOn(EventLoop committing, String value) {
        return begin(log, LogBatches.at(5, value + "."), committing);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void runLoop() {
        runTasks();
        time.advanceNanos(1_000_000);
    }

    /** Has the loop run the rounds, the last of them with so many appends. */
    private void beAlone(int appends) {
        for (int i = 0; i <= LoopRounds.ALONE; i++) {
            begin("before");
        }
        runLoop();
        time.runReady();
        for (int i = 0; i < appends; i++) {
            begin("before");
        }
        runLoop();
        assertThat(log.highWatermark()).isEqualTo(log.logEndOffset());
        runs = 0;
    }

    /** @return the values from an offset on that consumers see */
    private List<String> values(PartitionLog from, long offset) {
        try (var slice =
                from.reader().read(offset, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            return LogBatches.values(slice.buffer());
        }
    }

    @Test
    void storesByOneRunWhatALoopAppendsBeforeACommit() {
        beAlone(3);
        long end = log.logEndOffset();
        Begun first = begin("a");
        Begun second = begin(log, LogBatches.at(6, "b", "c."));
        assertThat(first.waits()).isTrue();
        assertThat(log.logEndOffset()).as("as if they had not arrived").isEqualTo(end);
        runLoop();
        assertThat(first.result).isEqualTo(new AppendResult(end, end + 1, -1, 0, false));
        assertThat(second.result).isEqualTo(new AppendResult(end + 1, end + 3, -1, 0, false));
        assertThat(runs).isEqualTo(1);
        assertThat(log.highWatermark()).isEqualTo(end + 3);
        assertThat(values(log, end)).hasSize(3).element(1).isEqualTo("b");
    }

    @Test
    void storesByOneRunWhatTheAgentCommits() {
        beAlone(3);
        syncsAreShort = false;
        Begun first = begin("a");
        runTasks();
        assertThat(log.highWatermark()).as("left to the agent").isLessThan(log.logEndOffset());
        Begun second = begin("b");
        Begun third = begin("c");
        assertThat(third.waits()).isTrue();
        time.runReady();
        assertThat(first.result.nextOffset()).isEqualTo(second.result.baseOffset());
        assertThat(second.result.nextOffset()).isEqualTo(third.result.baseOffset());
        assertThat(runs).isEqualTo(2);
        assertThat(log.highWatermark()).isEqualTo(third.result.nextOffset());
        assertThat(begin("the agent's round had three of them").waits()).isTrue();
    }

    @Test
    void connectionsThatShareALoopGatherToo() {
        beAlone(3);
        List<Begun> begun = List.of(beginOn(null, "a"), beginOn(null, "b"), beginOn(loop, "c"));
        assertThat(begun).allMatch(Begun::waits);
        runLoop();
        time.runReady();
        assertThat(runs).isEqualTo(1);
        assertThat(log.highWatermark()).isEqualTo(begun.get(2).result.nextOffset());
    }

    @Test
    void appendsGatherWhileOthersAreWritten() {
        beAlone(3);
        Begun first = begin("a");
        List<Begun> meanwhile = new ArrayList<>();
        beforeAppend = () -> {
            beforeAppend = () -> {};
            CompletableFuture<Begun> other = CompletableFuture.supplyAsync(() -> begin("b"));
            meanwhile.add(other.orTimeout(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join());
        };
        runLoop();
        assertThat(meanwhile).hasSize(1);
        runLoop();
        time.runReady();
        assertThat(first.result.nextOffset()).isEqualTo(meanwhile.get(0).result.baseOffset());
        assertThat(log.highWatermark()).isEqualTo(meanwhile.get(0).result.nextOffset());
    }

    /** @return the bytes that are held of the last run; null if they are not held any more */
    private ByteBuffer held() {
        ByteBuffer copy = ByteBuffer.allocate(lastBytes.remaining());
        return lastHeld.into(copy) ? copy.flip() : null;
    }

    @Test
    void theStorageHasTheBytesOfARunUntilItsSyncHasEnded() {
        beAlone(3);
        Begun first = begin("a");
        begin("b");
        List<ByteBuffer> atSync = new ArrayList<>();
        beforeSync = () -> {
            begin("another buffer takes what comes meanwhile");
            atSync.addAll(List.of(lastBytes, held()));
            beforeSync = () -> {};
        };
        runLoop();
        assertThat(first.waits()).isFalse();
        assertThat(atSync).hasSize(2);
        assertThat(atSync.get(1)).isEqualTo(atSync.get(0));
        assertThat(held()).isNull();
        runLoop();
        log.appender().append(LogBatches.at(5, "c"), AppendOrigin.CLIENT);
        assertThat(lastHeld).as("bytes of the caller").isNull();
    }

    @Test
    void aCommitWaitsForAppendsThatAnotherThreadIsStoring() throws InterruptedException {
        beAlone(3);
        Begun waiting = begin("a");
        Thread commit = new Thread(() -> log.commitTarget().begin());
        List<Thread.State> states = new ArrayList<>();
        beforeAppend = () -> {
            beforeAppend = () -> {};
            commit.start();
            Thread.State state = commit.getState();
            while (state != Thread.State.WAITING && state != Thread.State.TERMINATED) {
                Thread.onSpinWait();
                state = commit.getState();
            }
            states.add(state);
        };
        log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT);
        commit.join();
        assertThat(states).as("a sync now would not cover what is stored").containsExactly(Thread.State.WAITING);
        assertThat(waiting.waits()).isFalse();
        runLoop();
        time.runReady();
    }

    @Test
    void nothingWaitsWhereAnAppendIsNoCall() {
        engine.close();
        appendsAreCalls = false;
        open();
        beAlone(3);
        assertThat(begin("a").waits()).isFalse();
    }

    @Test
    void anAppendThatIsAloneInItsCommitIsStoredAtOnceAfterSomeMore() {
        beAlone(1);
        int waited = 0;
        while (begin("a").waits()) {
            runLoop();
            waited++;
        }
        assertThat(waited).as("one commit of several may come again soon").isBetween(2, 20);
        runLoop();
        assertThat(begin("b").waits()).isFalse();
    }

    @Test
    void anAppendOfAnotherThreadIsStoredBehindThoseThatWait() {
        beAlone(3);
        Begun waiting = begin("a");
        AppendResult other = log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT);
        assertThat(waiting.result.nextOffset()).isEqualTo(other.baseOffset());
        runLoop();
        time.runReady();
        assertThat(log.highWatermark()).isEqualTo(other.nextOffset());
    }

    @Test
    void eachOfSeveralHasItsOwnVerdict() {
        beAlone(3);
        Begun known = begin(log, LogBatches.idempotent(7, 0, 0, "a", "b."));
        runLoop();
        begin("two appends in each commit");
        begin("two appends in each commit");
        runLoop();
        Begun duplicate = begin(log, LogBatches.idempotent(7, 0, 0, "a", "b."));
        Begun next = begin(log, LogBatches.idempotent(7, 0, 2, "c."));
        Begun gap = begin(log, LogBatches.idempotent(7, 0, 9, "d."));
        Begun last = begin(log, LogBatches.idempotent(7, 0, 3, "e."));
        assertThat(next.waits()).isTrue();
        runLoop();
        assertThat(duplicate.result.duplicate()).isTrue();
        assertThat(duplicate.result.baseOffset()).isEqualTo(known.result.baseOffset());
        assertThat(((AppendException) gap.refusal).kind()).isEqualTo(AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(last.result.baseOffset()).isEqualTo(next.result.nextOffset());
        assertThat(log.highWatermark()).isEqualTo(last.result.nextOffset());
    }

    @Test
    void batchesOfOneProducerFollowEachOtherInOneRun() {
        beAlone(3);
        Begun first = begin(log, LogBatches.idempotent(7, 0, 0, "a", "b."));
        Begun second = begin(log, LogBatches.idempotent(7, 0, 2, "c."));
        runLoop();
        assertThat(runs).isEqualTo(1);
        assertThat(second.result.baseOffset()).isEqualTo(first.result.nextOffset());
        begin("two appends in each commit");
        begin("two appends in each commit");
        runLoop();
        Begun again = begin(log, LogBatches.idempotent(7, 0, 2, "c."));
        runLoop();
        assertThat(again.result.duplicate()).as("the producer's state has both").isTrue();
    }

    @Test
    void aFailedWriteRefusesAllAndLeavesNothing() {
        beAlone(3);
        long end = log.logEndOffset();
        failure = new StorageException(StorageException.Kind.FULL, "no space, as the test wants");
        Begun first = begin(log, LogBatches.idempotent(7, 0, 0, "a."));
        Begun second = begin("b");
        runLoop();
        assertThat(first.refusal).isSameAs(failure);
        assertThat(second.refusal).isSameAs(failure);
        assertThat(log.logEndOffset()).isEqualTo(end);
        failure = null;
        Begun again = begin(log, LogBatches.idempotent(7, 0, 0, "a."));
        runLoop();
        assertThat(again.result.duplicate()).isFalse();
        assertThat(log.highWatermark()).isEqualTo(end + 1);
    }

    @Test
    void aDeletedPartitionRefusesWhatWaits() {
        beAlone(3);
        Begun waiting = begin("a");
        engine.delete(ID);
        assertThat(((StorageException) waiting.refusal).kind()).isEqualTo(StorageException.Kind.CLOSED);
    }

    @Test
    void aCloseStoresWhatWaits() {
        beAlone(3);
        Begun waiting = begin("a");
        tasks.remove().run(); // the request for the commit; the loop gets no further
        engine.close();
        assertThat(waiting.waits()).isFalse();
    }

    @Test
    void whatDoesNotFitIsStoredAtOnceBehindTheRest() {
        beAlone(3);
        Begun small = begin("a");
        Begun large = begin(log, LogBatches.at(5, "x".repeat(GatherBuffers.BYTES)));
        assertThat(small.result.nextOffset()).isEqualTo(large.result.baseOffset());
        List<Begun> many = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            many.add(begin("y".repeat(GatherBuffers.BYTES / 4)));
        }
        runLoop();
        assertThat(many).noneMatch(Begun::waits);
        assertThat(log.highWatermark()).isEqualTo(many.get(9).result.nextOffset());
    }

    @Test
    void appendsTakeASmallPartOfASegmentTogether() {
        beAlone(3);
        log.configure(PartitionConfig.DEFAULT.with(new SegmentLimits(400, 1_000_000, 4096, 10 << 20)));
        assertThat(begin("z".repeat(100)).waits()).isFalse();
    }

    @Test
    void partitionsBeyondTheNumberOfBuffersStoreAtOnceAndBuffersComeBack() {
        beAlone(3);
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i <= GatherBuffers.MAX; i++) {
            logs.add(engine.open(new PartitionId("many", new UUID(3, 4), i), 0, PartitionConfig.DEFAULT));
        }
        for (int round = 0; round < 3; round++) {
            List<Begun> begun = new ArrayList<>();
            logs.forEach(to -> begun.add(begin(to, LogBatches.at(5, "a."))));
            boolean gathers = round > 0;
            assertThat(begun.stream().filter(Begun::waits)).hasSize(gathers ? GatherBuffers.MAX : 0);
            logs.forEach(to -> begun.add(begin(to, LogBatches.at(5, "b."))));
            runLoop();
            assertThat(begun).noneMatch(Begun::waits);
        }
    }
}
