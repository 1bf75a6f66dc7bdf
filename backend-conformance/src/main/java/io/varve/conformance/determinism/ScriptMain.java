// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import io.varve.core.engine.Durability;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plays a script in a process of its own, so that nothing is as it was by chance of one process. */
public final class ScriptMain {
    private ScriptMain() {}

    /**
     * @param arguments the provider's class, an empty directory, the durability, the seed, the file to write
     *     what was seen to, and the storage's properties, each {@code key=value}
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int i = 5; i < arguments.length; i++) {
            String[] words = arguments[i].split("=", 2);
            properties.put(words[0], words[1]);
        }
        Files.write(
                Path.of(arguments[4]),
                EngineScript.play(
                        provider(Class.forName(arguments[0])),
                        properties,
                        Path.of(arguments[1]),
                        Durability.valueOf(arguments[2]),
                        Long.parseLong(arguments[3])));
    }

    /** @return a new provider, as a process of its own has it */
    static StorageProvider provider(Class<?> type) throws ReflectiveOperationException {
        return (StorageProvider) type.getDeclaredConstructor().newInstance();
    }
}
