// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** Reads requests off the wire as Kafka 4.3 does, and gives up where it gives up. */
public final class RequestParser {
    private RequestParser() {}

    /**
     * Parses one frame. Bytes after the request are ignored, as Kafka ignores them: old clients send some.
     *
     * @param frame the frame without its size; big-endian, direct or heap. The request's record bytes are views of it
     * @param connection where it came from
     * @return the request. Of an ApiVersions request in a version nobody knows only the header is read, its body says version 0
     * @throws InvalidRequestException if nothing can be answered, and Kafka closes the connection: unknown API key, one not for
     *     brokers' clients, a version that cannot be parsed, bytes that are not such a request
     */
    public static Request parse(ByteBuffer frame, Connection connection) {
        RequestHeader header = RequestHeader.parse(frame);
        ApiKeys api = header.apiKey();
        short version = header.apiVersion();
        if (api == ApiKeys.API_VERSIONS && !header.isApiVersionSupported()) {
            AbstractRequest unreadable = new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, version);
            return new Request(header, unreadable, connection);
        }
        if (!api.inScope(ListenerType.BROKER)) {
            throw new InvalidRequestException("API " + api.name + " (" + api.id + ") is not for clients of a broker");
        }
        if (!header.isApiVersionSupported()) {
            throw new InvalidRequestException("version " + version + " of API " + api.name + " (" + api.id
                    + ") is not known; known are " + api.oldestVersion() + " to " + api.latestVersion(false));
        }
        try {
            return new Request(
                    header,
                    AbstractRequest.parseRequest(api, version, new ByteBufferAccessor(frame)).request,
                    connection);
        } catch (RuntimeException e) {
            throw new InvalidRequestException(
                    "not a " + api.name + " request of version " + version + ": " + reason(e), e);
        }
    }

    /** Kafka's parsers tell what is wrong, the buffer under them only that it ended. */
    private static String reason(RuntimeException e) {
        return e instanceof BufferUnderflowException ? "it ends early" : e.getMessage();
    }
}
