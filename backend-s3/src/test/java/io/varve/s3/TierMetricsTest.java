// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3.price.PriceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a tier tells of its requests, its bytes and their cost. */
class TierMetricsTest {
    private static final double GIB = 1L << 30;

    private final TierFixture tier;

    @TempDir
    private Path directory;

    TierMetricsTest() throws IOException {
        tier = new TierFixture();
    }

    @AfterEach
    void close() throws IOException {
        tier.close();
    }

    @Test
    void tellsWhatATopicStoresAndCosts() throws IOException {
        Path prices = directory.resolve("prices.properties");
        StringBuilder table = new StringBuilder("name=a test\n");
        PriceTable.KEYS.forEach(key -> table.append(key).append("=2\n"));
        Files.writeString(prices, table);
        tier.properties.put("s3.price.file", prices.toString());
        try (Storage storage = tier.open(directory.resolve("data"));
                PartitionStore store = storage.open(TierFixture.ID, 1, TierFixture.COPY)) {
            TierFixture.appendTens(store, 20);
            TierFixture.sync(storage, store);
            TierFixture.awaitUploads(store);
            double puts = tier.metrics.value("varve_tier_requests_total", "orders", "put");
            double bytes = tier.metrics.value("varve_tier_stored_bytes", "orders");
            assertThat(puts).isGreaterThanOrEqualTo(3);
            assertThat(bytes).isGreaterThan(2_000);
            assertThat(tier.metrics.value("varve_tier_moved_bytes_total", "orders", "put"))
                    .isGreaterThanOrEqualTo(bytes);
            assertThat(tier.metrics.value("varve_tier_stored_dollars_per_month", "orders"))
                    .isCloseTo(bytes / GIB * 2, within(1e-12));
            assertThat(tier.metrics.value("varve_tier_request_dollars_total", "orders"))
                    .isCloseTo(puts / 1000 * 2, within(1e-3));
            assertThat(tier.metrics.value("varve_tier_backlog_segments")).isZero();
            assertThat(tier.metrics.value("varve_tier_backlog_age_seconds")).isZero();
            assertThat(tier.metrics.value("varve_tier_cache_chunks_total", "memory"))
                    .isZero();
        }
    }

    @Test
    void aPriceTableThatLacksAPriceIsRefused() throws IOException {
        Path prices = Files.writeString(directory.resolve("prices.properties"), "name=half\n");
        tier.properties.put("s3.price.file", prices.toString());
        assertThatThrownBy(() -> tier.open(directory.resolve("data")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3.price.file");
    }
}
