// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Holds prices in dollars, by the keys of {@code config/s3-prices.properties}.
 *
 * @param storageGibMonth a GiB in the bucket for a month ({@code storage.gib.month})
 * @param localGibMonth a GiB on the local disk for a month ({@code local.gib.month})
 * @param put1000 1000 PUTs ({@code requests.put.1000})
 * @param get1000 1000 GETs and HEADs ({@code requests.get.1000})
 * @param list1000 1000 LISTs ({@code requests.list.1000})
 * @param delete1000 1000 deletions ({@code requests.delete.1000})
 * @param receivedGib a GiB read from the bucket ({@code received.gib})
 */
public record Prices(
        double storageGibMonth,
        double localGibMonth,
        double put1000,
        double get1000,
        double list1000,
        double delete1000,
        double receivedGib) {
    /**
     * List prices of S3 Standard and EBS gp3 in us-east-1, as they were in June 2025.
     */
    public static final Prices DEFAULT = new Prices(0.023, 0.08, 0.005, 0.0004, 0.005, 0, 0);
}
