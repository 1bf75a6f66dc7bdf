// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.StorageSetting;

/**
 * Defines {@code log.read.verify}, which every backend that can verify what it reads has among its settings.
 */
public final class ReadVerification {
    /** The key. */
    public static final String KEY = "log.read.verify";

    /** The setting. */
    public static final StorageSetting SETTING = StorageSetting.flag(
            KEY, false, "Whether every batch is verified by its CRC-32C before it is handed to a reader.");

    private ReadVerification() {}
}
