// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Estimates how many bytes of files the system keeps in memory: what it says is available, but not more than
 * this process's group may have. Stateless.
 */
public final class PageCacheSize {
    private static final Logger LOG = LoggerFactory.getLogger(PageCacheSize.class);
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path GROUP = Path.of("/sys/fs/cgroup/memory.max");
    /** Bytes where the system does not say. */
    static final long UNKNOWN = 512L << 20;

    private PageCacheSize() {}

    /** @return bytes; a guess, and low, where the system does not say */
    public static long estimate() {
        return Math.min(available(lines(MACHINE)), limit(lines(GROUP)));
    }

    static long available(List<String> meminfo) {
        return meminfo.stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .flatMap(line -> number(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .map(kib -> kib << 10)
                .orElse(UNKNOWN);
    }

    /** @param max the group's file: a number, or "max" */
    static long limit(List<String> max) {
        return max.stream().flatMap(PageCacheSize::number).findFirst().orElse(Long.MAX_VALUE);
    }

    private static Stream<Long> number(String digits) {
        try {
            return Stream.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return Stream.empty(); // a word, such as "max"
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            LOG.debug("{} is not here, so it is not known how much the system can keep in memory", file, e);
            return List.of();
        }
    }
}
