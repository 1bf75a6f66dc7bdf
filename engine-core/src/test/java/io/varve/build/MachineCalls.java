// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;

/**
 * Lists the calls that take time, threads or randomness from the machine, and forbids them outside the
 * runtime package.
 */
public final class MachineCalls {
    private static final String CONSTRUCTOR = "<init>";

    /** Classes whose methods and constructors must not be called at all. */
    private static final Set<String> CLOSED = Set.of(
            "java.util.concurrent.Executors",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.Timer",
            "java.security.SecureRandom");

    private static final Map<String, Set<String>> METHODS = Map.ofEntries(
            Map.entry("java.lang.System", Set.of("currentTimeMillis", "nanoTime")),
            Map.entry(
                    "java.lang.Thread", Set.of(CONSTRUCTOR, "sleep", "ofPlatform", "ofVirtual", "startVirtualThread")),
            Map.entry("java.lang.Math", Set.of("random")),
            Map.entry("java.util.UUID", Set.of("randomUUID")),
            Map.entry("java.util.concurrent.ThreadPoolExecutor", Set.of(CONSTRUCTOR)),
            Map.entry("java.util.concurrent.ScheduledThreadPoolExecutor", Set.of(CONSTRUCTOR)),
            Map.entry("java.util.concurrent.ForkJoinPool", Set.of(CONSTRUCTOR, "commonPool")),
            Map.entry("org.apache.kafka.common.Uuid", Set.of("randomUuid")),
            Map.entry("org.apache.kafka.common.utils.KafkaThread", Set.of(CONSTRUCTOR, "daemon", "nonDaemon")));

    /**
     * Methods that ask the machine when called without an argument; with a seed, an epoch or a clock they do
     * not.
     */
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

    /** Returns the rule that no class outside {@code packages}, in ArchUnit's notation, makes such a call. */
    public static ArchRule onlyIn(String... packages) {
        return noClasses().that().resideOutsideOfPackages(packages).should().accessTargetWhere(isMachineCall());
    }

    private static DescribedPredicate<JavaAccess<?>> isMachineCall() {
        return DescribedPredicate.describe(
                "takes time, threads or randomness from the machine", access -> isListed(access.getTarget()));
    }

    private static boolean isListed(AccessTarget target) {
        String owner = target.getOwner().getName();
        return CLOSED.contains(owner)
                || METHODS.getOrDefault(owner, Set.of()).contains(target.getName())
                || WITHOUT_ARGUMENT.getOrDefault(owner, Set.of()).contains(target.getName())
                        && target instanceof CodeUnitAccessTarget unit
                        && unit.getParameterTypes().isEmpty();
    }
}
