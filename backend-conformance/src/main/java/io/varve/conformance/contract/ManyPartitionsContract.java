// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** Checks many partitions in one storage, and measures the memory of one, open and idle. */
@Timeout(1800)
public abstract class ManyPartitionsContract extends Contract {
    private final int many;
    /** What is enough where the number is not the point. */
    private final int some;

    private final Clock clock = Clock.system();

    protected ManyPartitionsContract(Supplier<StorageRig> rigs, RunScale scale) {
        super(rigs);
        many = scale.partitions();
        some = Math.min(many, 300);
    }

    private static PartitionId id(int number) {
        return new PartitionId("many", new UUID(1, 1), number);
    }

    private List<PartitionStore> open(int number) {
        List<PartitionStore> stores = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            stores.add(storage().open(id(i), 1, SMALL));
        }
        return stores;
    }

    @Test
    void keepsThemApart() {
        List<PartitionStore> stores = open(some);
        for (int i = 0; i < some; i++) {
            for (int batch = 0; batch <= i % 12; batch++) {
                appendTen(stores.get(i));
            }
        }
        assertThat(storage().sync(stores).byPartition()).isEmpty();
        rig.crash();
        holdsWhatWasAppended(open(some));
        rig.reopen();
        holdsWhatWasAppended(open(some));
    }

    private static void holdsWhatWasAppended(List<PartitionStore> stores) {
        for (int i = 0; i < stores.size(); i++) {
            assertThat(readAll(stores.get(i), 0)).isEqualTo(tens(0, 10L * (i % 12 + 1)));
        }
    }

    @Test
    void createsThemTogether() {
        PartitionStore first = storage().open(id(0), 1, SMALL);
        appendTen(first);
        assertThat(storage().sync(List.of(first)).byPartition()).isEmpty();
        first.close();
        storage().create(ids(some / 2));
        storage().create(ids(some));
        areEmptyButTheFirst(open(some));
        rig.crash();
        assertThat(storage().partitions()).containsAll(ids(some));
        areEmptyButTheFirst(open(some));
        storage().delete(id(1));
        rig.crash();
        assertThat(storage().partitions()).doesNotContain(id(1)).contains(id(2));
    }

    private static List<PartitionId> ids(int number) {
        return IntStream.range(0, number).mapToObj(ManyPartitionsContract::id).toList();
    }

    private static void areEmptyButTheFirst(List<PartitionStore> stores) {
        for (int i = 0; i < stores.size(); i++) {
            assertThat(stores.get(i).extent().readableEnd()).isEqualTo(i == 0 ? 10 : 0);
        }
    }

    @Test
    void createsNoneBesideAnotherIncarnation() {
        open(1).forEach(this::appendTen);
        PartitionId other = new PartitionId("many", new UUID(2, 2), 0);
        StorageException refused = catchThrowableOfType(StorageException.class, () -> {
            storage().create(List.of(other));
            storage().open(other, 1, SMALL);
        });
        assertThat(refused.kind()).isEqualTo(StorageException.Kind.MISUSE);
        assertThat(storage().partitions()).contains(id(0)).doesNotContain(other);
    }

    @Test
    void deletesOneAndKeepsTheOthers() {
        List<PartitionStore> stores = open(some);
        stores.forEach(this::appendTen);
        assertThat(storage().sync(stores).byPartition()).isEmpty();
        for (int i = 0; i < some; i += 3) {
            storage().delete(id(i));
        }
        rig.reopen();
        assertThat(storage().partitions().stream().filter(id -> id.topic().equals("many")))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, some)
                        .filter(i -> i % 3 != 0)
                        .mapToObj(ManyPartitionsContract::id)
                        .collect(Collectors.toSet()));
    }

    @Test
    void deletesThemTogether() {
        List<PartitionStore> stores = open(some);
        stores.forEach(this::appendTen);
        assertThat(storage().sync(stores).byPartition()).isEmpty();
        List<PartitionId> doomed = ids(some / 2);
        assertThat(storage().deleteAll(doomed)).isEmpty();
        assertThat(storage().deleteAll(doomed)).isEmpty();
        assertThat(storage().partitions()).doesNotContainAnyElementsOf(doomed).contains(id(some / 2));
        StorageException refused =
                catchThrowableOfType(StorageException.class, () -> appendTen(stores.get(some / 2 - 1)));
        assertThat(refused.kind()).isEqualTo(StorageException.Kind.CLOSED);
        appendTen(stores.get(some / 2));
        rig.crash();
        assertThat(storage().partitions()).doesNotContainAnyElementsOf(doomed).contains(id(some / 2));
        assertThat(readAll(storage().open(id(0), 1, SMALL), 0)).isEmpty();
        assertThat(readAll(storage().open(id(some - 1), 1, SMALL), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void deletesNoneWhenClosed() {
        open(2);
        rig.storage().close();
        assertThat(storage().deleteAll(ids(2)))
                .hasSize(2)
                .allSatisfy((id, refused) -> assertThat(refused.kind()).isEqualTo(StorageException.Kind.CLOSED));
    }

    /** Says what a partition costs; how much is too much is the reader's to judge. */
    @Test
    void opensAppendsAndReopensThem(TestReporter reporter) {
        long nothing = memory();
        long began = clock.nanos();
        List<PartitionStore> stores = open(many);
        stores.forEach(this::appendTen);
        assertThat(storage().sync(stores).byPartition()).isEmpty();
        reporter.publishEntry("partitions", Integer.toString(many));
        reporter.publishEntry("created, appended and synced in", seconds(began));
        reporter.publishEntry("memory per partition, appended", perPartition(nothing));
        began = clock.nanos();
        stores = null;
        rig.reopen();
        stores = open(many);
        reporter.publishEntry("closed and opened again in", seconds(began));
        reporter.publishEntry("memory per partition, idle", perPartition(nothing));
        for (PartitionStore each : stores) {
            assertThat(each.extent().readableEnd()).isEqualTo(10);
        }
    }

    private String seconds(long since) {
        return String.format(Locale.ROOT, "%.2f s", (clock.nanos() - since) / 1e9);
    }

    private String perPartition(long before) {
        return Math.max(0, memory() - before) / many + " bytes";
    }

    /** @return bytes of heap and buffers in use when the collector has done what it can */
    private static long memory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getMemoryUsed();
        }
        return bytes;
    }
}
