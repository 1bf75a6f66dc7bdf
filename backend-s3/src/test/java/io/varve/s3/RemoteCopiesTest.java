// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Begins partitions as copies of others that have nothing, or not everything, in the bucket. */
class RemoteCopiesTest extends TierTest {
    private static final PartitionId COPIED = new PartitionId("copied", new UUID(1, 5), 3);

    private Storage storage;
    private PartitionStore source;

    @BeforeEach
    void openSource() {
        storage = tier.open(root);
        source = storage.open(ID, 1, COPY);
    }

    @AfterEach
    void closeStorage() {
        storage.close();
    }

    private PartitionStore copy(long endOffset, long endTimestamp) {
        return storage.open(COPIED, 1, COPY.beginningWith(new RemoteCopy(ID, endOffset, endTimestamp)));
    }

    private void assertRefused(long endOffset, String why) {
        assertThatThrownBy(() -> copy(endOffset, Long.MAX_VALUE))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE))
                .hasMessageContaining(why);
        assertThat(storage.partitions()).containsExactly(ID);
    }

    /** A topic has partitions that nothing was written to. */
    @ParameterizedTest
    @CsvSource({"0, 9223372036854775807", "500, 9223372036854775807", "9223372036854775807, 1000"})
    void anEmptyPartitionHasAnEmptyCopy(long endOffset, long endTimestamp) {
        PartitionStore copied = copy(endOffset, endTimestamp);
        assertThat(copied.extent()).isEqualTo(new Extent(0, 0, 0));
        appendTens(copied, 8);
        sync(storage, copied);
        awaitUploads(copied);
        assertThat(readAll(copied, 0)).isEqualTo(tens(0, 80));
    }

    @Test
    void aCopyOfWhatWasAllDeletedGoesOnAtItsEnd() {
        appendTens(source, 3);
        source.trimTo(30);
        sync(storage, source);
        assertThat(copy(500, Long.MAX_VALUE).extent()).isEqualTo(new Extent(30, 30, 30));
    }

    @Test
    void recordsThatAreOnlyHereAreNotLeftOut() {
        appendTens(source, 3);
        sync(storage, source);
        assertRefused(20, "on this machine only");
    }

    /** The manifest knows the partition then, and no segment of it. */
    @Test
    void recordsThatAreOnlyHereAreNotLeftOutAfterATrimOfAllThatWasInTheBucket() {
        appendTens(source, 12);
        source.seal();
        sync(storage, source);
        awaitUploads(source);
        source.trimTo(120);
        appendTens(source, 2);
        sync(storage, source);
        TierFixture.await(() -> ((S3Store) source).partition.remote().start() == 120);
        assertRefused(140, "on this machine only");
        assertRefused(110, "are deleted");
        assertThat(copy(120, Long.MAX_VALUE).extent()).isEqualTo(new Extent(120, 120, 120));
    }

    /** The manifest learns of the trim later. */
    @ParameterizedTest
    @CsvSource({"35, 70, '30,40,50,60'", "70, 70, ''"})
    void whatWasTrimmedDoesNotComeBackInACopy(long start, long end, String left) {
        appendTens(source, 12);
        source.seal();
        sync(storage, source);
        awaitUploads(source);
        source.trimTo(start);
        PartitionStore copied = copy(end, Long.MAX_VALUE);
        assertThat(copied.extent().start()).isEqualTo(start);
        assertThat(copied.extent().readableEnd()).isEqualTo(end);
        assertThat(readAll(copied, start).stream().map(String::valueOf).collect(Collectors.joining(",")))
                .isEqualTo(left);
    }

    @Test
    void aPartitionThatEndsBelowThePointIsCopiedWhole() {
        appendTens(source, 12);
        source.seal();
        sync(storage, source);
        awaitUploads(source);
        assertThat(readAll(copy(1_000, Long.MAX_VALUE), 0)).isEqualTo(tens(0, 120));
    }

    @Test
    void aSourceThatDoesNotExistIsRefused() {
        storage.delete(ID);
        assertThatThrownBy(() -> copy(5, Long.MAX_VALUE)).hasMessageContaining("does not exist");
        assertThat(storage.partitions()).isEmpty();
    }
}
