// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

/**
 * Selects the backend of the servers under test by {@code -Dvarve.test.storage.backend}, by default
 * {@code file}. The tests run once with each backend; only this line of {@code server.properties} differs
 * between the runs.
 */
final class Backend {
    /** The value of {@code storage.backend}. */
    static final String NAME = System.getProperty("varve.test.storage.backend", "file");

    private static final String SHIPPED = "\nstorage.backend=file\n";

    private Backend() {}

    /** Sets the backend in the shipped configuration. */
    static String in(String properties) {
        if (!properties.contains(SHIPPED)) {
            throw new AssertionError("config/server.properties does not say storage.backend=file any more");
        }
        return properties.replace(SHIPPED, "\nstorage.backend=" + NAME + "\n");
    }
}
