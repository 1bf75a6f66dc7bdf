// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks the snapshots kept with a partition: found by offset, durable, and dropped with what they are bound
 * to.
 */
public abstract class SnapshotContract extends Contract {
    protected SnapshotContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private String newest(String name, long atMost) {
        return store.snapshots()
                .newest(name, atMost)
                .map(found -> found.offset() + ":" + StandardCharsets.UTF_8.decode(found.bytes()))
                .orElse("none");
    }

    @Test
    void findsTheNewestNotAboveAnOffset() {
        Snapshots snapshots = store.snapshots();
        snapshots.write("state", 10, text("ten"));
        snapshots.write("state", 30, text("thirty"));
        snapshots.write("other", 20, text("twenty"));
        assertThat(newest("state", Long.MAX_VALUE)).isEqualTo("30:thirty");
        assertThat(newest("state", 30)).isEqualTo("30:thirty");
        assertThat(newest("state", 29)).isEqualTo("10:ten");
        assertThat(newest("state", 9)).isEqualTo("none");
        assertThat(newest("nobody", 100)).isEqualTo("none");
        assertThat(snapshots.offsets("state")).containsExactly(10L, 30L);
        assertThat(snapshots.offsets("nobody")).isEmpty();
    }

    @Test
    void replacesOneOfTheSameNameAndOffset() {
        store.snapshots().write("producer", 10, text("one"));
        store.snapshots().write("producer", 10, text("two"));
        assertThat(newest("producer", 10)).isEqualTo("10:two");
        assertThat(store.snapshots().offsets("producer")).containsExactly(10L);
    }

    @Test
    void keepsTheCallersBufferAsItWas() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(10)
                .put(text("..content."))
                .flip()
                .position(2)
                .limit(9);
        store.snapshots().write("state", 0, bytes);
        assertThat(bytes.remaining()).isEqualTo(7);
        assertThat(newest("state", 0)).isEqualTo("0:content");
    }

    @Test
    void deletesOne() {
        store.snapshots().write("state", 10, text("ten"));
        store.snapshots().write("state", 20, text("twenty"));
        store.snapshots().delete("state", 20);
        store.snapshots().delete("state", 20);
        store.snapshots().delete("nobody", 20);
        assertThat(newest("state", 100)).isEqualTo("10:ten");
    }

    @Test
    void namesWhatIsStored() {
        Snapshots snapshots = store.snapshots();
        assertThat(snapshots.names()).isEmpty();
        for (String name : List.of("state", "producer", "txnindex", "leader-epochs", "x-snapshot")) {
            snapshots.write(name, 0, text(name));
            snapshots.write(name, 10, text(name));
        }
        assertThat(snapshots.names())
                .containsExactlyInAnyOrder("state", "producer", "txnindex", "leader-epochs", "x-snapshot");
        snapshots.delete("state", 0);
        snapshots.delete("producer", 0);
        snapshots.delete("producer", 10);
        assertThat(snapshots.names()).containsExactlyInAnyOrder("state", "txnindex", "leader-epochs", "x-snapshot");
        appendTens(1);
        reopen();
        assertThat(store.snapshots().names())
                .containsExactlyInAnyOrder("state", "txnindex", "leader-epochs", "x-snapshot");
    }

    @Test
    void surviveReopening() {
        appendTens(3);
        store.snapshots().write("state", 20, text("twenty"));
        store.snapshots().write("producer", 30, text(""));
        reopen();
        assertThat(newest("state", 100)).isEqualTo("20:twenty");
        assertThat(newest("producer", 100)).isEqualTo("30:");
    }

    @Test
    void areWholeOrAbsentAfterACrash() {
        appendTens(3);
        sync();
        store.snapshots().write("state", 20, text("twenty"));
        crash();
        assertThat(newest("state", 100)).isIn("20:twenty", "none");
    }

    @Test
    void areDroppedWhereACrashTookTheirRecords() {
        appendTens(3);
        sync();
        appendUnsynced(30, 3);
        store.snapshots().write("state", 20, text("twenty"));
        store.snapshots().write("state", 60, text("sixty"));
        crash();
        assertThat(store.snapshots().offsets("state"))
                .allMatch(offset -> offset <= store.extent().readableEnd());
    }

    @Test
    void refusesWrongNamesAndOffsets() {
        Snapshots snapshots = store.snapshots();
        assertFails(Kind.MISUSE, () -> snapshots.write("", 0, text("x")));
        assertFails(Kind.MISUSE, () -> snapshots.write("State", 0, text("x")));
        assertFails(Kind.MISUSE, () -> snapshots.write("../state", 0, text("x")));
        assertFails(Kind.MISUSE, () -> snapshots.write("x".repeat(33), 0, text("x")));
        assertFails(Kind.MISUSE, () -> snapshots.write("state", -1, text("x")));
        snapshots.write("x".repeat(32), 0, text("x"));
    }

    @Test
    void areClosedWithTheirPartition() {
        Snapshots snapshots = store.snapshots();
        store.close();
        assertFails(Kind.CLOSED, () -> snapshots.write("state", 0, text("x")));
        assertFails(Kind.CLOSED, () -> snapshots.newest("state", 0));
        assertFails(Kind.CLOSED, () -> snapshots.offsets("state"));
        assertFails(Kind.CLOSED, () -> snapshots.names());
        assertFails(Kind.CLOSED, () -> snapshots.delete("state", 0));
    }
}
