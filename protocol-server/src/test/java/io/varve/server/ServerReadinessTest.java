// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.StorageException;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ServerReadinessTest {
    private final LogFixture fixture = new LogFixture();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ServerReadiness ready = new ServerReadiness(fixture, stopping::get);

    @Test
    void aServerIsReadyWhenAllPartitionsTakeWrites() {
        fixture.create("orders", 3);

        assertThat(ready.reasons()).isEmpty();
    }

    @Test
    void aPartitionThatRefusesWritesIsNamedWithItsReason() {
        Topic topic = fixture.create("orders", 3);
        topic.partition(1)
                .commitTarget()
                .failed(new StorageException(StorageException.Kind.FULL, "the disk has lost bytes"));

        assertThat(ready.reasons()).singleElement().asString().contains("orders-1", "the disk has lost bytes");
    }

    @Test
    void manyPartitionsThatRefuseWritesAreCounted() {
        Topic topic = fixture.create("orders", 14);
        topic.open()
                .forEach(log -> log.commitTarget()
                        .failed(new StorageException(StorageException.Kind.FULL, "the disk has lost bytes")));

        assertThat(ready.reasons()).hasSize(11).last().asString().startsWith("4 more");
    }

    @Test
    void aServerThatStopsIsNotReady() {
        stopping.set(true);

        assertThat(ready.reasons()).containsExactly("the server is stopping");
    }
}
