// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.StorageSetting;

/** Defines {@code log.read.verify}, a setting of every backend that can verify its reads. */
public final class ReadVerification {
    /** Key of the setting. */
    public static final String KEY = "log.read.verify";

    /** Definition of the setting. */
    public static final StorageSetting SETTING = StorageSetting.flag(
            KEY, false, "Whether every batch is verified by its CRC-32C before it is handed to a reader.");

    private ReadVerification() {}
}
