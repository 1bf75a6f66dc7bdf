// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.rig.TestEnvironment;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.spi.StorageProvider;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Finds the backends on the class path by their names. */
final class BackendFinder {
    private final TreeMap<String, StorageProvider> byName = new TreeMap<>();
    private final ClassLoader loader;

    /** @param classPath where to look, beside the kit's own class path */
    BackendFinder(List<Path> classPath) {
        URL[] urls = classPath.stream().map(BackendFinder::url).toArray(URL[]::new);
        // Never closed: the backend's classes are loaded as they are needed, until the process ends.
        loader = urls.length == 0
                ? BackendFinder.class.getClassLoader()
                : new URLClassLoader(urls, BackendFinder.class.getClassLoader());
        for (StorageProvider provider : ServiceLoader.load(StorageProvider.class, loader)) {
            byName.put(provider.name(), provider);
        }
        byName.computeIfAbsent("memory", name -> new MemoryStorageProvider());
    }

    private static URL url(Path entry) {
        if (!Files.exists(entry)) {
            throw new UsageException("--classpath " + entry + ": there is no such file");
        }
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UsageException("--classpath " + entry + ": " + e.getMessage());
        }
    }

    StorageProvider named(String name) {
        StorageProvider provider = byName.get(name);
        if (provider == null) {
            throw new UsageException("no backend " + name + " on the class path; there are: "
                    + String.join(", ", byName.keySet())
                    + ". Another one needs --classpath, and META-INF/services/" + StorageProvider.class.getName()
                    + " in its jar");
        }
        return provider;
    }

    /** Returns what starts what a backend needs. */
    TestEnvironment environment(String name) {
        return TestEnvironment.of(name, loader);
    }
}
