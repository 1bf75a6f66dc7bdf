// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestEnvironment;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Starts nothing, gives the example backend a setting, and notes what it is told to do. */
public final class JournalEnvironment implements TestEnvironment {
    private static final List<String> TOLD = new ArrayList<>();

    /** Returns what was noted since the last call. */
    static List<String> told() {
        List<String> told = List.copyOf(TOLD);
        TOLD.clear();
        return told;
    }

    private static String settings(TestedBackend backend) {
        return new TreeMap<>(backend.properties())
                .entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String backend() {
        return "journal";
    }

    @Override
    public TestedBackend start(TestedBackend given) {
        TOLD.add("start " + given.provider().name() + " with " + settings(given));
        Map<String, String> properties = new HashMap<>(given.properties());
        properties.put("place", "here");
        return new TestedBackend(given.provider(), properties, given.classPath());
    }

    @Override
    public StorageRig rig(TestedBackend started) {
        TOLD.add("rig with " + settings(started));
        return new DirectoryRig(started);
    }

    @Override
    public Optional<String> obstacleToCopy(TestedBackend started) {
        return Optional.of("nothing is kept but in the directories");
    }

    @Override
    public void copy(TestedBackend from, TestedBackend to, Runnable meanwhile) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void discard(TestedBackend place) {}

    @Override
    public List<String> missing(Storage storage) {
        return List.of();
    }

    @Override
    public void close() {
        TOLD.add("close");
    }
}
