// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.era.OldLayouts;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Sound requests with random content, of any API and version, by the setters of Kafka's generated message
 * classes; old versions by {@link OldMessages}.
 */
final class RandomMessages {
    private static final int ATTEMPTS = 8;
    private static final int DEEPEST = 4;
    private static final int LARGEST_NUMBER = 4;

    /** Looked up once for each class, for that takes longer than all else. */
    private static final Map<Class<?>, List<Method>> SETTERS = new ConcurrentHashMap<>();

    private final Random random;

    RandomMessages(Random random) {
        this.random = random;
    }

    /** @return the request's frame with its size */
    byte[] frame(ApiKeys api, short version, int correlationId) {
        if (OldLayouts.has(api, version)) {
            return new OldMessages(random).frame(api, version, correlationId);
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiMessage message = ApiMessageType.fromApiKey(api.id).newRequest();
            // Fewer fields each time: some do not exist in every version and must keep their default there.
            fill(message, 1.0 - attempt / (double) ATTEMPTS, 0);
            try {
                return RawClient.frame(api, version, correlationId, message);
            } catch (UnsupportedVersionException | NullPointerException e) {
                continue;
            }
        }
        return RawClient.frame(
                api, version, correlationId, ApiMessageType.fromApiKey(api.id).newRequest());
    }

    private void fill(Message message, double share, int depth) {
        for (Method setter : SETTERS.computeIfAbsent(message.getClass(), RandomMessages::setters)) {
            if (random.nextDouble() < share) {
                Object value = value(setter.getGenericParameterTypes()[0], share, depth);
                if (value != null) {
                    invoke(setter, message, value);
                }
            }
        }
    }

    private static List<Method> setters(Class<?> type) {
        return Stream.of(type.getMethods())
                .filter(method -> method.getName().startsWith("set")
                        && method.getParameterCount() == 1
                        && method.getReturnType() == type)
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private Object value(Type type, double share, int depth) {
        if (type instanceof ParameterizedType generic) {
            return list(new ArrayList<>(), generic.getActualTypeArguments()[0], share, depth);
        }
        Class<?> raw = (Class<?>) type;
        if (Collection.class.isAssignableFrom(raw)) {
            Type element = ((ParameterizedType) raw.getGenericSuperclass()).getActualTypeArguments()[0];
            return list(collection(raw), element, share, depth);
        }
        if (Message.class.isAssignableFrom(raw)) {
            Message nested = (Message) create(raw);
            fill(nested, share, depth + 1);
            return nested;
        }
        return scalar(raw);
    }

    private Object scalar(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return random.nextInt(LARGEST_NUMBER);
        } else if (type == long.class || type == Long.class) {
            return (long) random.nextInt(LARGEST_NUMBER);
        } else if (type == short.class || type == Short.class) {
            return (short) random.nextInt(LARGEST_NUMBER);
        } else if (type == byte.class || type == Byte.class) {
            return (byte) random.nextInt(LARGEST_NUMBER);
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == double.class) {
            return random.nextDouble();
        } else if (type == String.class) {
            return "n" + random.nextInt(LARGEST_NUMBER);
        } else if (type == Uuid.class) {
            return new Uuid(random.nextLong(), random.nextLong());
        } else if (type == byte[].class) {
            return bytes();
        } else if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(bytes());
        }
        return type == BaseRecords.class
                ? MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(bytes()), new SimpleRecord(bytes()))
                : null;
    }

    private <C extends Collection<Object>> C list(C list, Type element, double share, int depth) {
        int size = depth < DEEPEST ? random.nextInt(3) : 0;
        for (int i = 0; i < size; i++) {
            list.add(value(element, share, depth + 1));
        }
        return list;
    }

    @SuppressWarnings("unchecked")
    private static Collection<Object> collection(Class<?> type) {
        return (Collection<Object>) create(type);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Object create(Class<?> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(type.getName(), e);
        }
    }

    private static void invoke(Method setter, Object target, Object value) {
        try {
            setter.invoke(target, value);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(setter.toString(), e);
        }
    }
}
