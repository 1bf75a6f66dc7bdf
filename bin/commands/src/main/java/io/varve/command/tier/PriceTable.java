// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.s3.client.RequestKind;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * Holds prices in dollars, from a file that can be edited.
 *
 * @param name what the prices are of, and their date
 * @param storage a GiB for a month
 * @param requests one request of each kind
 * @param received a GiB read from the bucket
 */
record PriceTable(String name, double storage, Map<RequestKind, Double> requests, double received) {
    private static final double GIB = 1L << 30;
    private static final int THOUSAND = 1000;

    /** @throws IOException if it cannot be read, or lacks a price */
    static PriceTable read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<RequestKind, Double> requests = new EnumMap<>(RequestKind.class);
        for (RequestKind kind : RequestKind.values()) {
            String key = "requests." + kind.name().toLowerCase(Locale.ROOT) + ".1000";
            requests.put(kind, price(file, properties, key) / THOUSAND);
        }
        return new PriceTable(
                properties.getProperty("name", file.toString()),
                price(file, properties, "storage.gib.month"),
                requests,
                price(file, properties, "received.gib"));
    }

    private static double price(Path file, Properties properties, String key) throws IOException {
        String value = properties.getProperty(key, "").trim();
        if (!value.matches("[0-9]{1,12}(\\.[0-9]{1,9})?")) {
            throw new IOException(file + ": " + key + "=" + value + ": must be a price in dollars, as 0.023");
        }
        return Double.parseDouble(value);
    }

    double storageMonth(long bytes) {
        return bytes / GIB * storage;
    }

    double requests(RequestKind kind, long number) {
        return number * requests.get(kind);
    }

    double received(long bytes) {
        return bytes / GIB * received;
    }
}
