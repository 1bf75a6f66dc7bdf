// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.nio.file.Path;

/**
 * Serves the clients of a test: a {@link Server}, or with {@code -Dvarve.test.broker=kafka} Apache Kafka
 * itself, which shows whether a test expects what Kafka does.
 */
interface Broker extends AutoCloseable {
    /** True when the tests run against Apache Kafka: to try the tests, not the server. */
    boolean IS_KAFKA = System.getProperty("varve.test.broker", "varve").equals("kafka");

    /** Starts a broker with its data below a directory, and waits until it is ready. */
    static Broker start(Path directory, String... settings) {
        return IS_KAFKA ? KafkaBroker.format(directory, settings).start() : Server.start(directory, settings);
    }

    /** Where clients find it. */
    String bootstrap();

    /** kill -9, as a crash of the process. */
    void crash();

    /** Ends it in order. */
    void stop();

    /**
     * Starts another one with the same directory, port and settings, and waits until it is ready; this one
     * has ended.
     */
    Broker again();

    @Override
    void close();
}
