// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects what is wrong with a file, and which keys each kind of block has. Not thread-safe. */
final class Problems {
    private final String file;
    private final List<Problem> all = new ArrayList<>();
    private final Map<String, Set<String>> keys = new LinkedHashMap<>();

    Problems(String file) {
        this.file = file;
    }

    /** @return the name of the file */
    String file() {
        return file;
    }

    void add(Node at, String key, String value, String advice) {
        add(at.getStartMark().orElse(null), key, value, advice);
    }

    void add(Mark at, String key, String value, String advice) {
        all.add(new Problem(
                file, at == null ? 1 : at.getLine() + 1, at == null ? 1 : at.getColumn() + 1, key, value, advice));
    }

    /** Notes that a kind of block may have a key. */
    void known(String block, String key) {
        keys.computeIfAbsent(block, name -> new LinkedHashSet<>()).add(key);
    }

    /** @return the keys that were asked for, by the kind of block */
    Map<String, Set<String>> keys() {
        return keys;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** @throws ScenarioException if there are any */
    void check() throws ScenarioException {
        if (!all.isEmpty()) {
            all.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new ScenarioException(all.stream().distinct().toList());
        }
    }
}
