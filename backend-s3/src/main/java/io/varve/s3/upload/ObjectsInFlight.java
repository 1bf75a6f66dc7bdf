// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows the objects whose upload has begun and whose fate the manifest has not decided: a sweep leaves them
 * alone, however long the commit takes. Thread-safe.
 */
public final class ObjectsInFlight {
    private final Set<UUID> objects = ConcurrentHashMap.newKeySet();

    void add(UUID object) {
        objects.add(object);
    }

    void remove(UUID object) {
        objects.remove(object);
    }

    /**
     * @param object id of an object
     * @return true if it is uploaded at present, or waits for its place in the manifest
     */
    public boolean contains(UUID object) {
        return objects.contains(object);
    }
}
