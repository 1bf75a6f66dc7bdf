// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens the storage of {@code storage.backend=file}: plain segment files in each of {@code log.dirs}. */
public final class FileStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "file";
    }

    @Override
    public List<StorageSetting> settings() {
        return FileConfig.SETTINGS;
    }

    /** Tells by the file that each partition has. */
    @Override
    public boolean holds(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.exists(entry.resolve(FileNames.METADATA))) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            throw new StorageException(
                    StorageException.Kind.RETRY, directory + " cannot be listed: " + e.getMessage(), e);
        }
    }

    @Override
    public Storage open(StorageContext context) {
        return FileStorage.open(context);
    }
}
