// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.watch;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Waits for good, for {@link TestWatchTest}; its name keeps it out of the build's tests. */
class StuckExample {
    @Test
    @Timeout(value = 100, unit = TimeUnit.MILLISECONDS)
    void waitsAndIsNotInterrupted() {
        new CompletableFuture<Void>().join();
    }

    public static void main(String[] arguments) {
        LauncherFactory.create()
                .execute(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(StuckExample.class))
                        .build());
    }
}
