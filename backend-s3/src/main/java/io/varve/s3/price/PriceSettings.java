// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.price;

import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads which price table the server goes by. */
public final class PriceSettings {
    private static final String PRICE_FILE = "s3.price.file";

    /** The settings of prices. */
    public static final List<StorageSetting> SETTINGS = List.of(StorageSetting.text(
            PRICE_FILE,
            "",
            "A file of prices, as config/s3-prices.properties, by which the metrics say what topics cost. Empty: the "
                    + "prices that Varve is delivered with."));

    private PriceSettings() {}

    /**
     * @param properties the configuration by key
     * @return the prices of the file that it names, or the listed ones
     * @throws io.varve.core.spi.StorageException MISUSE if the file cannot be read, or lacks a price
     */
    public static PriceTable of(Map<String, String> properties) {
        String file =
                new StorageProperties(SETTINGS, properties).text(PRICE_FILE).trim();
        if (file.isEmpty()) {
            return PriceTable.listed();
        }
        try {
            return PriceTable.read(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw StorageProperties.wrong(
                    PRICE_FILE, file, "a file as config/s3-prices.properties (" + e.getMessage() + ")");
        }
    }
}
