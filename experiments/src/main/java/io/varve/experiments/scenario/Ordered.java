// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies maps in their order, which runs depend on: {@link Map#copyOf} has none that is the same twice. */
final class Ordered {
    private Ordered() {}

    static <K, V> Map<K, V> copy(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
