// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.build.watch.Await;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;

/**
 * Java's clients of an old release, in a class loader of their own, by the methods that all releases have.
 */
final class OldJavaClient implements AutoCloseable {
    private static final String CLIENTS = "org.apache.kafka.clients.";
    private static final String STRINGS = "org.apache.kafka.common.serialization.String";
    private static final long POLL_MS = 200;

    private final URLClassLoader loader;
    private final String servers;
    private final Map<String, String> more;

    OldJavaClient(String release, String servers) {
        this(release, servers, Map.of());
    }

    OldJavaClient(String release, String servers, Map<String, String> more) {
        this.servers = servers;
        this.more = more;
        try {
            // Clients of 0.9 use a part of the codec that its later releases do not have.
            URL lz4 = release.startsWith("0.9.") ? old("lz4-1.2.0.jar") : jarOf(net.jpountz.lz4.LZ4Factory.class);
            loader = new URLClassLoader(
                    new URL[] {
                        old("kafka-clients-" + release + ".jar"),
                        jarOf(org.slf4j.Logger.class),
                        lz4,
                        jarOf(org.xerial.snappy.Snappy.class)
                    },
                    ClassLoader.getPlatformClassLoader());
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private static URL old(String jar) throws MalformedURLException {
        return Path.of("target/old-clients", jar).toUri().toURL();
    }

    private static URL jarOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private Object create(String name, Object... arguments) throws ReflectiveOperationException {
        Class<?> type = loader.loadClass(CLIENTS + name);
        return Arrays.stream(type.getConstructors())
                .filter(each -> each.getParameterCount() == arguments.length
                        && (arguments.length > 1 || each.getParameterTypes()[0] == Properties.class))
                .findFirst()
                .orElseThrow()
                .newInstance(arguments);
    }

    private static Object call(Object on, String name, Class<?>[] types, Object... arguments)
            throws ReflectiveOperationException {
        Method method = on.getClass().getMethod(name, types);
        method.setAccessible(true);
        return method.invoke(on, arguments);
    }

    private Properties settings(String prefix, String kind) {
        Properties settings = new Properties();
        settings.putAll(more);
        settings.put("bootstrap.servers", servers);
        settings.put("key." + kind, STRINGS + prefix);
        settings.put("value." + kind, STRINGS + prefix);
        return settings;
    }

    /** Sends records with the key "key", each value once it has an answer for all. */
    void produce(String topic, String codec, List<String> values) throws Exception {
        Properties settings = settings("Serializer", "serializer");
        settings.put("compression.type", codec);
        settings.put("linger.ms", "50");
        settings.put("acks", "all");
        Object producer = withLoader(() -> create("producer.KafkaProducer", settings));
        Class<?> recordType = loader.loadClass(CLIENTS + "producer.ProducerRecord");
        List<Future<?>> sent = new ArrayList<>();
        for (String value : values) {
            Object record = recordType
                    .getConstructor(String.class, Object.class, Object.class)
                    .newInstance(topic, "key", value);
            sent.add((Future<?>) call(producer, "send", new Class<?>[] {recordType}, record));
        }
        for (Future<?> each : sent) {
            each.get();
        }
        call(producer, "close", new Class<?>[0]);
    }

    /** Reads as many values as a member of a group, commits, and leaves. */
    List<String> consume(String topic, String group, int count) throws Exception {
        Properties settings = settings("Deserializer", "deserializer");
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        Object consumer = withLoader(() -> create("consumer.KafkaConsumer", settings));
        Class<?> collection = Arrays.stream(consumer.getClass().getMethods())
                .filter(each -> each.getName().equals("subscribe") && each.getParameterCount() == 1)
                .map(each -> each.getParameterTypes()[0])
                .filter(type -> type.isAssignableFrom(List.class))
                .findFirst()
                .orElseThrow();
        call(consumer, "subscribe", new Class<?>[] {collection}, List.of(topic));
        List<String> values = new ArrayList<>();
        Await.until(count + " records of " + topic, () -> {
            try {
                Iterable<?> records = (Iterable<?>) call(consumer, "poll", new Class<?>[] {long.class}, POLL_MS);
                for (Object record : records) {
                    values.add((String) call(record, "value", new Class<?>[0]));
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            return values.size() >= count;
        });
        call(consumer, "commitSync", new Class<?>[0]);
        call(consumer, "close", new Class<?>[0]);
        return values;
    }

    private interface Creation {
        Object run() throws ReflectiveOperationException;
    }

    /** Old clients find the classes that settings name by the thread's loader. */
    private Object withLoader(Creation creation) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return creation.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
