// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the settings of a broker, and starts it. Each start makes a new broker. Not thread-safe.
 *
 * <p>Settings differ from {@code config/server.properties} where a test would wait or pay for nothing: a
 * consumer group's first rebalance begins at once, and the server's own topics have one partition.
 */
public final class VarveSetup {
    private static final int BACKGROUND_THREADS = 2;
    private static final Map<String, String> FOR_TESTS = Map.of(
            "listeners", "PLAINTEXT://127.0.0.1:0",
            "log.dirs", "varve-in-memory",
            "num.network.threads", "1",
            "group.initial.rebalance.delay.ms", "0",
            "offsets.topic.num.partitions", "1",
            "transaction.state.log.num.partitions", "1",
            "share.coordinator.state.topic.num.partitions", "1");

    private final Map<String, String> config = new LinkedHashMap<>(FOR_TESTS);
    private final Map<String, Integer> topics = new LinkedHashMap<>();

    VarveSetup(Map<String, String> storage) {
        config.putAll(storage);
    }

    /**
     * Sets one of the broker's settings. The last value of a key wins.
     *
     * @param key a key of {@code server.properties}, by Kafka's name or Varve's
     * @param value its value
     * @return this
     */
    public VarveSetup config(String key, String value) {
        config.put(key, value);
        return this;
    }

    /**
     * Has the start create a topic.
     *
     * @param name its name
     * @param partitions how many, at least 1
     * @return this
     */
    public VarveSetup topic(String name, int partitions) {
        topics.put(name, partitions);
        return this;
    }

    /**
     * Starts a broker. Returns when clients can connect, and the topics are there. On a directory that has
     * topics from a start before, those of this setup must not be among them.
     *
     * @return the broker, for the caller to close
     * @throws io.varve.core.VarveException if a setting is wrong or the directory cannot be used; the message
     *     says which and why
     * @throws org.apache.kafka.common.errors.ApiException if a topic cannot be created; nothing runs then
     */
    public Varve start() {
        ServerConfig checked = ServerConfig.of(config, Path.of(""));
        Varve varve = new Varve(
                VarveServer.start(checked, Clock.system(), new SystemScheduler(BACKGROUND_THREADS), Ids.random()));
        try {
            topics.forEach(varve::createTopic);
        } catch (RuntimeException e) {
            varve.close();
            throw e;
        }
        return varve;
    }
}
