// SPDX-License-Identifier: Apache-2.0
package io.varve.core;

import java.util.Map;
import java.util.Set;

/** Calls that take time, threads or randomness from the machine, which only the runtime room may do. */
final class MachineCalls {
    private static final String CONSTRUCTOR = "<init>";

    /** Classes no method or constructor of which may be called. */
    private static final Set<String> CLOSED = Set.of(
            "java.util.concurrent.Executors",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.Timer",
            "java.security.SecureRandom");

    private static final Map<String, Set<String>> METHODS = Map.of(
            "java.lang.System", Set.of("currentTimeMillis", "nanoTime"),
            "java.lang.Thread", Set.of(CONSTRUCTOR, "sleep", "ofPlatform", "ofVirtual", "startVirtualThread"),
            "java.lang.Math", Set.of("random"),
            "java.util.UUID", Set.of("randomUUID"),
            "java.util.concurrent.ThreadPoolExecutor", Set.of(CONSTRUCTOR),
            "java.util.concurrent.ScheduledThreadPoolExecutor", Set.of(CONSTRUCTOR),
            "java.util.concurrent.ForkJoinPool", Set.of(CONSTRUCTOR, "commonPool"));

    /** Without an argument they ask the machine; with a seed, an epoch or a clock they do not. */
    private static final Map<String, Set<String>> WITHOUT_ARGUMENT = Map.of(
            "java.util.Random", Set.of(CONSTRUCTOR),
            "java.util.SplittableRandom", Set.of(CONSTRUCTOR),
            "java.util.Date", Set.of(CONSTRUCTOR),
            "java.time.Instant", Set.of("now"),
            "java.time.LocalDate", Set.of("now"),
            "java.time.LocalDateTime", Set.of("now"),
            "java.time.OffsetDateTime", Set.of("now"),
            "java.time.ZonedDateTime", Set.of("now"),
            "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"));

    private MachineCalls() {}

    static boolean isOne(String owner, String method, boolean withoutArgument) {
        return CLOSED.contains(owner)
                || METHODS.getOrDefault(owner, Set.of()).contains(method)
                || withoutArgument
                        && WITHOUT_ARGUMENT.getOrDefault(owner, Set.of()).contains(method);
    }
}
