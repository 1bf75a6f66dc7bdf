// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.contract.RunScale;
import io.varve.conformance.run.ConformanceRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What to grade, how, and what to write about it.
 *
 * @param backend name of the backend to grade
 * @param scale how long to go on, and the seed
 * @param areas which areas
 * @param report where to write the page, or null
 * @param replay a history to run, and nothing else, or null
 * @param classPath jars and directories with backends, beside those that come with the kit
 * @param properties the backend's configuration
 */
record Options(
        String backend,
        RunScale scale,
        Set<String> areas,
        Path report,
        Path replay,
        List<Path> classPath,
        Map<String, String> properties) {
    private static final Pattern GAPS = Pattern.compile("[^a-z0-9]+");

    /**
     * @param wanted an area as the command line takes it
     * @return its name
     * @throws UsageException if there is none, naming those there are
     */
    static String area(String wanted) {
        return ConformanceRun.areas().stream()
                .filter(area -> word(area).equals(word(wanted)))
                .findFirst()
                .orElseThrow(() -> new UsageException("no area " + wanted + "; there are: " + areaWords()));
    }

    /** @return the areas, as the command line takes them */
    static String areaWords() {
        return String.join(
                ", ", ConformanceRun.areas().stream().map(Options::word).toList());
    }

    private static String word(String area) {
        return GAPS.matcher(area.toLowerCase(Locale.ROOT)).replaceAll("-");
    }

    /** @return a command that runs one area with the same seed again */
    String command(String area) {
        StringBuilder command = new StringBuilder("bin/conformance.sh --backend ").append(backend);
        classPath.forEach(entry -> command.append(" --classpath ").append(entry));
        properties.forEach((key, value) -> command.append(" --override ").append(key + "=" + value));
        command.append(" --area ").append(word(area)).append(" --seed ").append(scale.seed());
        command.append(" --operations ").append(scale.operations());
        return command.append(" --rounds ").append(scale.kills()).toString();
    }
}
