// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.kafka.common.protocol.ApiMessage;

/** Reads and sets the field of a response that tells a client for how long it is held back. Stateless. */
public final class ThrottleTime {
    /**
     * The methods of one class of responses.
     *
     * @param getter gets the time, in ms; null if the class has no such field
     * @param setter sets it
     */
    private record Field(MethodHandle getter, MethodHandle setter) {
        private static final String GETTER = "throttleTimeMs";
        private static final String SETTER = "setThrottleTimeMs";

        static Field of(Class<?> type) {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            try {
                return new Field(
                        lookup.findVirtual(type, GETTER, MethodType.methodType(int.class))
                                .asType(MethodType.methodType(int.class, ApiMessage.class)),
                        lookup.findVirtual(type, SETTER, MethodType.methodType(type, int.class))
                                .asType(MethodType.methodType(void.class, ApiMessage.class, int.class)));
            } catch (NoSuchMethodException | IllegalAccessException e) {
                return new Field(null, null);
            }
        }
    }

    private static final ClassValue<Field> FIELDS = new ClassValue<>() {
        @Override
        protected Field computeValue(Class<?> type) {
            return Field.of(type);
        }
    };

    private ThrottleTime() {}

    /**
     * @param body a response
     * @return ms for which it says that the client is held back; 0 if it says nothing of it
     */
    public static int of(ApiMessage body) {
        Field field = FIELDS.get(body.getClass());
        if (field.getter == null) {
            return 0;
        }
        try {
            return (int) field.getter.invokeExact(body);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Lets a response tell a client for how long it is held back, if the response has a field for it.
     *
     * @param body a response
     * @param ms the time in ms
     */
    public static void set(ApiMessage body, int ms) {
        if (body instanceof ThrottledBody old) {
            old.throttleTimeMs(ms);
            return;
        }
        Field field = FIELDS.get(body.getClass());
        if (field.setter == null) {
            return;
        }
        try {
            field.setter.invokeExact(body, ms);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
