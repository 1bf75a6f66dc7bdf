// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens a file storage that forgets what is in its ring. A killed process does not show that; a power cut
 * does.
 */
public final class UnreplayedRingFileStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "file-without-replay";
    }

    @Override
    public Storage open(StorageContext context) {
        try {
            for (Path directory : context.directories()) {
                Files.deleteIfExists(directory.resolve(FileNames.RING));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FileStorage.open(context);
    }
}
