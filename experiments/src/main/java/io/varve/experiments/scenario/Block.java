// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a block of keys and values. Every key that is asked for is known; {@link #end} refuses the others.
 * Not thread-safe.
 */
final class Block {
    private final String kind;
    private final YamlValue field;
    private final Map<String, YamlValue> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    Block(String kind, YamlValue field) {
        this.kind = kind;
        this.field = field;
        if (field.node() instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::add);
        }
    }

    private void add(NodeTuple tuple) {
        Node node = tuple.getKeyNode();
        if (!(node instanceof ScalarNode scalar)) {
            field.problems().add(node, field.key(), "", "a key must be a word");
            return;
        }
        String key = scalar.getValue();
        String path = field.key().isEmpty() ? key : field.key() + "." + key;
        if (keys.putIfAbsent(key, node) != null) {
            field.problems().add(node, path, "", "stands here twice: remove one of them");
            return;
        }
        values.put(key, new YamlValue(tuple.getValueNode(), path, field.problems()));
    }

    /** @return the value, if it is there */
    Optional<YamlValue> find(String key) {
        known.add(key);
        field.problems().known(kind, key);
        return Optional.ofNullable(values.get(key));
    }

    /** @return the value; empty and a problem if it is missing */
    Optional<YamlValue> require(String key, String wanted) {
        Optional<YamlValue> found = find(key);
        if (found.isEmpty() && field.isBlock()) {
            field.problems().add(field.node(), path(key), "", "is missing: give " + wanted);
        }
        return found;
    }

    /** @return the values whose keys were not asked for; they count as asked for now */
    List<Map.Entry<String, YamlValue>> others() {
        List<Map.Entry<String, YamlValue>> others = new ArrayList<>();
        values.forEach((key, value) -> {
            if (!known.contains(key)) {
                others.add(Map.entry(key, value));
            }
        });
        others.forEach(other -> known.add(other.getKey()));
        return others;
    }

    /** Notes the keys that were not asked for. */
    void end() {
        end(key -> Optional.empty());
    }

    /**
     * Notes the keys that were not asked for.
     *
     * @param advice what is said of a key; where it is empty, which keys there are
     */
    void end(Function<String, Optional<String>> advice) {
        keys.forEach((key, node) -> {
            if (!known.contains(key)) {
                String said = advice.apply(key).orElseGet(() -> Spelling.advice(key, known));
                field.problems().add(node, path(key), "", "is not a key here: " + said);
            }
        });
    }

    /** Notes what is wrong with a key itself. */
    void wrongKey(String key, String advice) {
        field.problems().add(keys.get(key), path(key), "", advice);
    }

    /** Notes what is wrong with the block. */
    void wrong(String advice) {
        field.problems().add(field.node(), field.key(), "", advice);
    }

    private String path(String key) {
        return field.key().isEmpty() ? key : field.key() + "." + key;
    }
}
