// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.price;

import io.varve.s3.client.RequestKind;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/**
 * Holds prices in dollars.
 *
 * @param name what the prices are of, and their date
 * @param dollars a price for each of {@link #KEYS}
 */
public record PriceTable(String name, Map<String, Double> dollars) {
    private static final String STORAGE = "storage.gib.month";
    private static final String LOCAL = "local.gib.month";
    private static final String RECEIVED = "received.gib";

    /** The keys of all prices, as in {@code config/s3-prices.properties}. */
    public static final List<String> KEYS = keys();

    private static final String RESOURCE = "s3-prices.properties";
    private static final double GIB = 1L << 30;
    private static final double THOUSAND = 1000;

    private static List<String> keys() {
        List<String> keys = new ArrayList<>(List.of(STORAGE, LOCAL));
        for (RequestKind kind : RequestKind.values()) {
            keys.add(key(kind));
        }
        keys.add(RECEIVED);
        return List.copyOf(keys);
    }

    private static String key(RequestKind kind) {
        return "requests." + kind.name().toLowerCase(Locale.ROOT) + ".1000";
    }

    /** @throws IllegalArgumentException if a price is missing, or is none of {@link #KEYS} */
    public PriceTable {
        Objects.requireNonNull(name, "name");
        dollars = Map.copyOf(dollars);
        if (!dollars.keySet().equals(Set.copyOf(KEYS))) {
            throw new IllegalArgumentException("prices of " + dollars.keySet() + ", must be of " + KEYS);
        }
    }

    /** @return the prices that Varve is delivered with, from {@code config/s3-prices.properties} */
    public static PriceTable listed() {
        try (Reader reader = new InputStreamReader(
                Objects.requireNonNull(PriceTable.class.getResourceAsStream(RESOURCE), RESOURCE),
                StandardCharsets.UTF_8)) {
            return read(RESOURCE, reader, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file. One that was made before there were prices of local disks has the listed ones.
     *
     * @param file a file as {@code config/s3-prices.properties}
     * @return its prices
     * @throws IOException if it cannot be read, or lacks a price
     */
    public static PriceTable read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(file.toString(), reader, listed().dollars.get(LOCAL).toString());
        }
    }

    private static PriceTable read(String file, Reader reader, String local) throws IOException {
        Properties properties = new Properties();
        properties.load(reader);
        if (local != null) {
            properties.putIfAbsent(LOCAL, local);
        }
        Map<String, Double> dollars = new LinkedHashMap<>();
        for (String key : KEYS) {
            dollars.put(key, price(file, properties, key));
        }
        return new PriceTable(properties.getProperty("name", file), dollars);
    }

    private static double price(String file, Properties properties, String key) throws IOException {
        String value = properties.getProperty(key, "").trim();
        if (!value.matches("[0-9]{1,12}(\\.[0-9]{1,9})?")) {
            throw new IOException(file + ": " + key + "=" + value + ": must be a price in dollars, as 0.023");
        }
        return Double.parseDouble(value);
    }

    /**
     * @param changed prices by their keys
     * @return these prices with the changed ones in their places
     */
    public PriceTable with(Map<String, Double> changed) {
        if (changed.isEmpty()) {
            return this;
        }
        Map<String, Double> all = new LinkedHashMap<>(dollars);
        all.putAll(changed);
        return new PriceTable(name + ", with changes", all);
    }

    /**
     * @param bytes bytes in the bucket
     * @return what a month of them costs
     */
    public double storageMonth(double bytes) {
        return bytes / GIB * dollars.get(STORAGE);
    }

    /**
     * @param bytes bytes on the local disk
     * @return what a month of them costs
     */
    public double localMonth(double bytes) {
        return bytes / GIB * dollars.get(LOCAL);
    }

    /**
     * @param kind a kind of request
     * @param number how many
     * @return what they cost
     */
    public double requests(RequestKind kind, long number) {
        return number / THOUSAND * dollars.get(key(kind));
    }

    /**
     * @param bytes bytes read from the bucket
     * @return what reading them costs, besides the requests
     */
    public double received(double bytes) {
        return bytes / GIB * dollars.get(RECEIVED);
    }
}
