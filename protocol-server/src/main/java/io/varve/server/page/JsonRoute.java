// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpAnswer;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpLane;
import io.varve.server.http.HttpRefusal;
import io.varve.server.http.HttpRoute;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** Answers a path with JSON: an object of its own, or {@code {"error": "why not"}}. Thread-safe. */
final class JsonRoute implements HttpRoute {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TYPE = "application/json";
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    /** Makes an answer. */
    @FunctionalInterface
    interface AnswerWriter {
        /**
         * @param call what is asked
         * @param server asks the server, in the name of who calls
         * @param answer an empty object, for the answer
         */
        void write(HttpCall call, OwnRequests server, ObjectNode answer);
    }

    private final String path;
    private final Callers callers;
    private final AnswerWriter content;

    /**
     * @param path the path
     * @param callers finds out who calls
     * @param content makes the answer
     */
    JsonRoute(String path, Callers callers, AnswerWriter content) {
        this.path = path;
        this.callers = callers;
        this.content = content;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public HttpLane lane() {
        return HttpLane.PAGE;
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        if (call.isFromAnotherSite()) {
            return HttpAnswer.text(FORBIDDEN, "another site may not ask\n");
        }
        ObjectNode answer = JSON.createObjectNode();
        try (OwnRequests server = callers.of(call)) {
            content.write(call, server, answer);
            return new HttpAnswer(HttpAnswer.OK, TYPE, bytes(answer), Map.of());
        } catch (HttpRefusal e) {
            return HttpAnswer.of(e, TYPE, bytes(JSON.createObjectNode().put("error", e.getMessage())));
        }
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON cannot be written", e);
        }
    }

    /**
     * Parses JSON that the server has written itself.
     *
     * @param text the text
     * @return the tree
     */
    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the server's own JSON cannot be read", e);
        }
    }

    /**
     * Refuses the call if Kafka's protocol has refused its request.
     *
     * @param code the error code in a response
     * @param message the response's own message, or null
     * @throws HttpRefusal if it is an error
     */
    static void check(short code, String message) {
        Errors error = Errors.forCode(code);
        if (error == Errors.NONE) {
            return;
        }
        String why = message == null ? error.message() : message;
        throw switch (error) {
            case TOPIC_AUTHORIZATION_FAILED,
                    GROUP_AUTHORIZATION_FAILED,
                    CLUSTER_AUTHORIZATION_FAILED,
                    TRANSACTIONAL_ID_AUTHORIZATION_FAILED -> new HttpRefusal(FORBIDDEN, why);
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, GROUP_ID_NOT_FOUND -> new HttpRefusal(NOT_FOUND, why);
            case NOT_LEADER_OR_FOLLOWER,
                    COORDINATOR_LOAD_IN_PROGRESS,
                    COORDINATOR_NOT_AVAILABLE,
                    KAFKA_STORAGE_ERROR,
                    REQUEST_TIMED_OUT -> new HttpRefusal(UNAVAILABLE, why);
            default -> new HttpRefusal(BAD_REQUEST, why);
        };
    }

    /** As {@link #check(short, String)}, of a response without a message. */
    static void check(short code) {
        check(code, null);
    }

    /**
     * @param call a call
     * @param name a parameter that must be there
     * @return its value
     * @throws HttpRefusal if it is not there
     */
    static String required(HttpCall call, String name) {
        return call.parameter(name).orElseThrow(() -> new HttpRefusal(BAD_REQUEST, "name the " + name));
    }
}
