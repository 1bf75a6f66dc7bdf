// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens a storage in a process of its own, and reports how that went. */
public final class OtherProcess {
    private OtherProcess() {}

    /**
     * @param subject the backend
     * @param directory where its data is
     * @return {@code OPENED}, or the kind of the refusal
     */
    public static String open(TestedBackend subject, Path directory) throws IOException, InterruptedException {
        List<String> command = JavaCommand.of(subject, OtherProcess.class);
        command.add(subject.provider().getClass().getName());
        command.add(directory.toString());
        subject.properties().forEach((key, value) -> command.add(key + "=" + value));
        List<String> said = ChildRun.of(new ProcessBuilder(command))
                .output()
                .strip()
                .lines()
                .toList();
        return said.isEmpty() ? "" : said.get(said.size() - 1); // what was logged comes before it
    }

    /** @param arguments the provider's class, the directory, then KEY=VALUE */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        StorageProvider provider = (StorageProvider)
                Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        Map<String, String> properties = new HashMap<>();
        for (String property : List.of(arguments).subList(2, arguments.length)) {
            int equals = property.indexOf('=');
            properties.put(property.substring(0, equals), property.substring(equals + 1));
        }
        TestedBackend subject = new TestedBackend(provider, properties, List.of());
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            subject.open(Path.of(arguments[1]), scheduler, new FailPoints()).close();
            System.out.println("OPENED");
        } catch (StorageException e) {
            System.out.println(e.kind());
        }
    }
}
