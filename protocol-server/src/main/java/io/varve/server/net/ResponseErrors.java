// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Finds the errors in an answer, where Kafka's own response class of its API looks for them. Answers that
 * carry or acknowledge records, of which there are many, are looked through without Kafka's class.
 */
final class ResponseErrors {
    private static final String RESPONSES = AbstractResponse.class.getPackageName() + ".";
    private static final String DATA = "Data";
    /** Kafka's classes of an API whose names differ. */
    private static final Map<String, String> NAMED_OTHERWISE =
            Map.of("OffsetForLeaderEpochResponse", "OffsetsForLeaderEpochResponse");

    /** Finds the constructor of a body's response, once; null where there is none. */
    private static final ClassValue<Constructor<?>> WRAPPERS = new ClassValue<>() {
        @Override
        protected Constructor<?> computeValue(Class<?> body) {
            return wrapper(body);
        }
    };

    private ResponseErrors() {}

    private static Constructor<?> wrapper(Class<?> body) {
        String name = body.getSimpleName();
        if (!name.endsWith(DATA)) {
            return null; // an answer in a layout that Kafka has given up
        }
        try {
            String response = name.substring(0, name.length() - DATA.length());
            return wrapper(
                    body,
                    Class.forName(RESPONSES + NAMED_OTHERWISE.getOrDefault(response, response))
                            .getDeclaredConstructors());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /**
     * Chooses from constructors in any order: an archive of classes changes that of a JVM. One that needs no
     * version counts first: that of LeaveGroup with one refuses answers of old versions without a member.
     *
     * @return null if there is none
     */
    static Constructor<?> wrapper(Class<?> body, Constructor<?>[] candidates) {
        Constructor<?> found = null;
        for (Constructor<?> candidate : candidates) {
            Class<?>[] takes = candidate.getParameterTypes();
            boolean fits = takes.length >= 1
                    && takes[0] == body
                    && (takes.length == 1 || takes.length == 2 && takes[1] == short.class);
            if (fits && (found == null || takes.length == 1) && candidate.trySetAccessible()) {
                found = candidate;
            }
        }
        return found;
    }

    /** @return true if the errors of such a body are found */
    static boolean isKnown(Class<? extends ApiMessage> body) {
        return body == ProduceResponseData.class || body == FetchResponseData.class || WRAPPERS.get(body) != null;
    }

    /**
     * @param body of an answer
     * @param version of its API
     * @param found takes each error and how often it occurs
     */
    static void find(ApiMessage body, short version, ObjIntConsumer<Errors> found) {
        if (body instanceof ProduceResponseData produced) {
            produced.responses()
                    .forEach(topic ->
                            topic.partitionResponses().forEach(partition -> found(partition.errorCode(), found)));
        } else if (body instanceof FetchResponseData fetched) {
            found(fetched.errorCode(), found);
            fetched.responses()
                    .forEach(topic -> topic.partitions().forEach(partition -> found(partition.errorCode(), found)));
        } else if (body instanceof ShareFetchResponseData fetched) {
            found(fetched.errorCode(), found);
            fetched.responses()
                    .forEach(topic -> topic.partitions().forEach(partition -> found(partition.errorCode(), found)));
        } else if (body instanceof ShareAcknowledgeResponseData acknowledged) {
            found(acknowledged.errorCode(), found);
            acknowledged
                    .responses()
                    .forEach(topic -> topic.partitions().forEach(partition -> found(partition.errorCode(), found)));
        } else if (body instanceof AlterConfigsResponseData altered) {
            // Kafka's class fails where a request named a resource twice.
            altered.responses().forEach(resource -> found(resource.errorCode(), found));
        } else {
            counts(body, version).forEach((error, count) -> {
                if (error != Errors.NONE) {
                    found.accept(error, count);
                }
            });
        }
    }

    private static void found(short code, ObjIntConsumer<Errors> found) {
        if (code != Errors.NONE.code()) {
            found.accept(Errors.forCode(code), 1);
        }
    }

    private static Map<Errors, Integer> counts(ApiMessage body, short version) {
        Constructor<?> wrapper = WRAPPERS.get(body.getClass());
        if (wrapper == null) {
            return Map.of();
        }
        try {
            Object response =
                    wrapper.getParameterCount() == 1 ? wrapper.newInstance(body) : wrapper.newInstance(body, version);
            return ((AbstractResponse) response).errorCounts();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("an answer of " + body.getClass() + " cannot be looked through", e);
        }
    }
}
