// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

/**
 * What keeps the data of the servers under test: {@code -Dvarve.test.storage.backend}, by default
 * {@code file}. The tests run once with each backend, and nothing but this one line of
 * {@code server.properties} differs between the runs.
 */
final class Backend {
    /** The value of {@code storage.backend}. */
    static final String NAME = System.getProperty("varve.test.storage.backend", "file");

    private static final String SHIPPED = "\nstorage.backend=file\n";

    private Backend() {}

    /** Puts the backend into the configuration that is shipped. */
    static String in(String properties) {
        if (!properties.contains(SHIPPED)) {
            throw new AssertionError("config/server.properties does not say storage.backend=file any more");
        }
        return properties.replace(SHIPPED, "\nstorage.backend=" + NAME + "\n");
    }
}
