// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.s3.TierAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the server's configuration, connects to its bucket, and runs a subclass. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = TierCommand.JarVersion.class,
        usageHelpWidth = TierCommand.WIDTH)
abstract class BucketCommand implements Callable<Integer> {
    private static final String BACKEND = "storage.backend";

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "the server's properties file")
    private Path config;

    @Option(
            names = "--override",
            paramLabel = "KEY=VALUE",
            description = "a setting in place of the file's, as for kafka-server-start.sh; may be repeated")
    private List<String> overrides = new ArrayList<>();

    @Override
    public final Integer call() throws IOException {
        Map<String, String> properties = properties();
        try (SystemScheduler scheduler = new SystemScheduler(1);
                TierAccess access = TierAccess.open(properties, Clock.system(), scheduler, Ids.random())) {
            return run(access, properties);
        }
    }

    /** @return the exit code */
    abstract int run(TierAccess access, Map<String, String> properties) throws IOException;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Map<String, String> properties() {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(config)) {
            file.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw wrong("--config " + config + " cannot be read: " + e);
        }
        Map<String, String> properties = new HashMap<>();
        file.stringPropertyNames()
                .forEach(key -> properties.put(key, file.getProperty(key).trim()));
        for (String pair : overrides) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw wrong("--override " + pair + ": must be KEY=VALUE");
            }
            properties.put(
                    pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
        }
        String backend = properties.getOrDefault(BACKEND, "file");
        if (!backend.equals("s3")) {
            throw wrong(config + ": " + BACKEND + " is " + backend + ", must be s3: no other has a bucket");
        }
        return properties;
    }

    /** @return the first data directory of the server */
    static Path firstDirectory(Map<String, String> properties) {
        String directories = properties.getOrDefault("log.dirs", properties.getOrDefault("log.dir", "/tmp/kafka-logs"));
        return Path.of(System.getProperty("varve.state", "")).resolve(directories.split(",")[0].trim());
    }
}
