// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.run;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import io.varve.conformance.StorageConformance;
import io.varve.conformance.contract.RunScale;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.NestedClassSelector;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the checks of {@link StorageConformance} without a build: on any rig, area by area, one after another.
 */
public final class ConformanceRun {
    private static final ThreadLocal<Launched.Setup> SETUP = new ThreadLocal<>();
    private static final Map<String, Class<?>> AREAS = findAreas();

    private ConformanceRun() {}

    /** @return names of all areas, in the order they run */
    public static List<String> areas() {
        return List.copyOf(AREAS.keySet());
    }

    /**
     * Runs checks at the scale of a build, on the calling thread.
     *
     * @param rigs makes a rig on a new, empty storage for every check
     * @param areas which areas, by name
     * @param progress told of every check as it ends
     * @return what became of them, in the order they ran
     * @throws IllegalArgumentException if there is no area of a name
     */
    public static List<CheckOutcome> of(
            Supplier<? extends StorageRig> rigs, Set<String> areas, Consumer<CheckOutcome> progress) {
        return of(rigs, RunScale.BUILD, areas, progress);
    }

    /**
     * Runs checks on the calling thread.
     *
     * @param rigs makes a rig on a new, empty storage for every check
     * @param scale how long to go on
     * @param areas which areas, by name
     * @param progress told of every check as it ends
     * @return what became of them, in the order they ran
     * @throws IllegalArgumentException if there is no area of a name
     */
    public static List<CheckOutcome> of(
            Supplier<? extends StorageRig> rigs, RunScale scale, Set<String> areas, Consumer<CheckOutcome> progress) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(areas.stream().map(ConformanceRun::selector).toList())
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .build();
        Listener listener = new Listener(progress);
        SETUP.set(new Launched.Setup(rigs, scale));
        try {
            LauncherFactory.create().execute(request, listener);
        } finally {
            SETUP.remove();
        }
        return listener.outcomes;
    }

    private static NestedClassSelector selector(String area) {
        Class<?> nested = AREAS.get(area);
        if (nested == null) {
            throw new IllegalArgumentException("no area '" + area + "': there are " + AREAS.keySet());
        }
        return selectNestedClass(List.of(Launched.class), nested);
    }

    private static Map<String, Class<?>> findAreas() {
        Map<String, Class<?>> areas = new java.util.LinkedHashMap<>();
        Arrays.stream(StorageConformance.class.getDeclaredClasses())
                .filter(nested -> nested.isAnnotationPresent(Nested.class))
                .sorted(Comparator.comparingInt(
                        nested -> nested.getAnnotation(Order.class).value()))
                .forEach(nested ->
                        areas.put(nested.getAnnotation(DisplayName.class).value(), nested));
        return areas;
    }

    /** The kit on the rigs of the run under way. */
    static final class Launched extends StorageConformance {
        private record Setup(Supplier<? extends StorageRig> rigs, RunScale scale) {}

        @Override
        protected StorageRig rig() {
            return SETUP.get().rigs().get();
        }

        @Override
        protected RunScale scale() {
            return SETUP.get().scale();
        }
    }

    private static final class Listener implements TestExecutionListener {
        private final Clock clock = Clock.system();
        private final Consumer<CheckOutcome> progress;
        private final Map<String, Long> started = new HashMap<>();
        private final Map<String, String> names = new HashMap<>();
        private final Map<String, List<String>> notes = new HashMap<>();
        private final List<CheckOutcome> outcomes = new ArrayList<>();

        Listener(Consumer<CheckOutcome> progress) {
            this.progress = progress;
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            names.put(test.getUniqueId(), test.getDisplayName());
            started.put(test.getUniqueId(), clock.nanos());
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            List<String> noted = notes.computeIfAbsent(test.getUniqueId(), id -> new ArrayList<>());
            entry.getKeyValuePairs().forEach((key, value) -> noted.add(key + ": " + value));
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            if (test.isTest()) {
                add(test, CheckOutcome.Status.SKIPPED, new UnsupportedOperationException(reason));
            }
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            Throwable cause = result.getThrowable().orElse(null);
            switch (result.getStatus()) {
                case FAILED -> add(test, CheckOutcome.Status.FAILED, cause);
                case ABORTED -> add(test, CheckOutcome.Status.SKIPPED, cause);
                default -> {
                    if (test.isTest()) {
                        add(test, CheckOutcome.Status.PASSED, null);
                    }
                }
            }
        }

        private void add(TestIdentifier test, CheckOutcome.Status status, Throwable cause) {
            long nanos = clock.nanos() - started.getOrDefault(test.getUniqueId(), clock.nanos());
            CheckOutcome outcome = new CheckOutcome(
                    area(test),
                    check(test),
                    status,
                    Duration.ofNanos(nanos),
                    cause,
                    notes.getOrDefault(test.getUniqueId(), List.of()));
            outcomes.add(outcome);
            progress.accept(outcome);
        }

        private String area(TestIdentifier test) {
            return test.getUniqueIdObject().getSegments().stream()
                    .filter(segment -> segment.getType().equals("nested-class"))
                    .map(segment -> segment.getValue())
                    .findFirst()
                    .flatMap(name -> AREAS.entrySet().stream()
                            .filter(area -> area.getValue().getSimpleName().equals(name))
                            .map(Map.Entry::getKey)
                            .findFirst())
                    .orElse("kit");
        }

        private String check(TestIdentifier test) {
            String name = test.getDisplayName().replaceFirst("\\([A-Za-z, ]*\\)$", "");
            boolean invocation =
                    test.getUniqueIdObject().getLastSegment().getType().equals("test-template-invocation");
            return invocation
                    ? names.getOrDefault(test.getParentId().orElse(""), "").replaceFirst("\\(.*", "") + ", " + name
                    : name;
        }
    }
}
