// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.example.JournalStorageProvider;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.SyncFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Journals in several directories, and in each of these a list of all partitions there are. What is listed
 * and not found is made anew, so that a directory that is not there comes back empty.
 */
public final class JournalsWithACatalogue implements StorageProvider {
    private static final String CATALOGUE = "catalogue";

    @Override
    public String name() {
        return "catalogued";
    }

    @Override
    public Storage open(StorageContext context) {
        return new Journals(context);
    }

    private static final class Journals implements Storage {
        private final Map<Path, Storage> byDirectory = new LinkedHashMap<>();
        /** What was given out, to what it stands for. */
        private final Map<PartitionStore, PartitionStore> handles = new HashMap<>();

        Journals(StorageContext context) {
            for (Path directory : context.directories()) {
                StorageContext one = new StorageContext(
                        List.of(directory),
                        context.properties(),
                        context.clock(),
                        context.scheduler(),
                        context.ids(),
                        context.failPoints());
                byDirectory.put(directory, new JournalStorageProvider().open(one));
            }
            for (PartitionId listed : catalogue()) {
                if (!partitions().contains(listed)) {
                    leastUsed()
                            .getValue()
                            .open(listed, 0, PartitionSettings.DEFAULT)
                            .close();
                }
            }
        }

        private Set<PartitionId> catalogue() {
            Set<PartitionId> listed = new HashSet<>();
            try {
                for (Path directory : byDirectory.keySet()) {
                    Path file = directory.resolve(CATALOGUE);
                    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                        String[] words = line.split(" ");
                        listed.add(new PartitionId(words[0], UUID.fromString(words[1]), Integer.parseInt(words[2])));
                    }
                }
                return listed;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void list(PartitionId id) {
            String line = id.topic() + " " + id.topicId() + " " + id.partition() + "\n";
            try {
                for (Path directory : byDirectory.keySet()) {
                    Path file = directory.resolve(CATALOGUE);
                    Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Map.Entry<Path, Storage> leastUsed() {
            return byDirectory.entrySet().stream()
                    .min(Comparator.comparingInt(
                            each -> each.getValue().partitions().size()))
                    .orElseThrow();
        }

        private Map.Entry<Path, Storage> home(PartitionId id) {
            return byDirectory.entrySet().stream()
                    .filter(each -> each.getValue().partitions().contains(id))
                    .findFirst()
                    .orElseGet(this::leastUsed);
        }

        @Override
        public Set<PartitionId> partitions() {
            Set<PartitionId> all = new HashSet<>();
            byDirectory.values().forEach(storage -> all.addAll(storage.partitions()));
            return all;
        }

        @Override
        public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
            if (!partitions().contains(id)) {
                list(id);
            }
            Map.Entry<Path, Storage> home = home(id);
            PartitionStore sound = home.getValue().open(id, epoch, settings);
            PartitionStore handle = (PartitionStore) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {PartitionStore.class}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "directory":
                                return Optional.of(home.getKey());
                            case "hashCode":
                                return System.identityHashCode(proxy);
                            case "equals":
                                return proxy == arguments[0];
                            default:
                                break;
                        }
                        try {
                            return method.invoke(sound, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            handles.put(handle, sound);
            return handle;
        }

        @Override
        public void delete(PartitionId id) {
            home(id).getValue().delete(id);
        }

        @Override
        public String setAside(PartitionId id) {
            return home(id).getValue().setAside(id);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            for (PartitionStore handle : dirty) {
                home(handle.id()).getValue().sync(List.of(handles.get(handle)));
            }
            return SyncFailures.NONE;
        }

        @Override
        public void close() {
            byDirectory.values().forEach(Storage::close);
        }
    }
}
