// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens a storage in a process of its own, and prints the outcome. */
final class OpenStorageMain {
    private OpenStorageMain() {}

    public static void main(String[] arguments) {
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            StorageContext context = new StorageContext(
                    List.of(Path.of(arguments[0])),
                    Map.of(),
                    Clock.system(),
                    scheduler,
                    Ids.random(),
                    new FailPoints());
            new LmdbStorageProvider().open(context).close();
            System.out.println("opened");
        } catch (StorageException e) {
            System.out.println(e.getMessage());
        }
    }
}
