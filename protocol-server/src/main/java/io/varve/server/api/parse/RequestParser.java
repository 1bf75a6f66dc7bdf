// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import io.varve.server.api.Connection;
import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.table.ApiPolicy;
import io.varve.server.api.table.ApiTable;
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
    /** API, version and correlation id. */
    private static final int MIN_HEADER_BYTES = 8;

    private RequestParser() {}

    /**
     * Looks through a frame before it is parsed, without making objects.
     *
     * @param frame the frame without its size; big-endian, direct or heap, left as it is
     * @return what parsing it will make
     * @throws InvalidRequestException if nothing can be answered, and the connection is to be closed. As in
     *     Kafka: unknown API key, one not for brokers' clients, a version that cannot be parsed, lengths
     *     beyond the frame. And when it is more than its {@link ApiPolicy} allows, or its keys are such that
     *     parsing would take long
     */
    public static RequestExtent inspect(ByteBuffer frame) {
        ByteBuffer in = frame.duplicate();
        if (in.remaining() < MIN_HEADER_BYTES) {
            throw new InvalidRequestException("a request of " + in.remaining() + " bytes");
        }
        short id = in.getShort(in.position());
        short version = in.getShort(in.position() + Short.BYTES);
        ApiKeys api = known(id, version);
        ApiPolicy policy = ApiTable.policy(api);
        try {
            RequestScan scan = new RequestScan(in, policy.maxElements());
            RequestSchemas.header(api.requestHeaderVersion(version)).walk(scan);
            if (api.isVersionSupported(version)) {
                RequestSchemas.body(api, version).walk(scan);
            }
            return new RequestExtent(scan.elements(), scan.heapBytes(), scan.collisions());
        } catch (RuntimeException e) {
            throw not(api, version, e);
        }
    }

    private static ApiKeys known(short id, short version) {
        if (!ApiKeys.hasId(id)) {
            throw new InvalidRequestException("API " + id + " is not known");
        }
        ApiKeys api = ApiKeys.forId(id);
        if (!api.inScope(ListenerType.BROKER)) {
            throw new InvalidRequestException("API " + api.name + " (" + id + ") is not for clients of a broker");
        }
        if (api != ApiKeys.API_VERSIONS && !api.isVersionSupported(version)) {
            throw new InvalidRequestException("version " + version + " of API " + api.name + " (" + id
                    + ") is not known; known are " + api.oldestVersion() + " to " + api.latestVersion(false));
        }
        return api;
    }

    private static InvalidRequestException not(ApiKeys api, short version, RuntimeException e) {
        return new InvalidRequestException(
                "not a " + api.name + " request of version " + version + ": " + reason(e), e);
    }

    /**
     * Parses one frame. Bytes after the request are ignored, as Kafka ignores them: old clients send some.
     *
     * @param frame one that was {@link #inspect inspected}. The request's record bytes are views of it
     * @param connection where it came from
     * @return the request. Of an ApiVersions request in a version nobody knows only the header is read, its
     *     body says version 0
     * @throws InvalidRequestException if the bytes are not such a request, and the connection is to be closed
     */
    public static Request parse(ByteBuffer frame, Connection connection) {
        RequestHeader header = RequestHeader.parse(frame);
        ApiKeys api = header.apiKey();
        short version = header.apiVersion();
        if (api == ApiKeys.API_VERSIONS && !header.isApiVersionSupported()) {
            AbstractRequest unreadable = new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, version);
            return new Request(header, unreadable, connection);
        }
        try {
            return new Request(
                    header,
                    AbstractRequest.parseRequest(api, version, new ByteBufferAccessor(frame)).request,
                    connection);
        } catch (RuntimeException e) {
            throw not(api, version, e);
        }
    }

    /** Kafka's parsers tell what is wrong, the buffer under them only that it ended. */
    private static String reason(RuntimeException e) {
        return e instanceof BufferUnderflowException ? "it ends early" : e.getMessage();
    }
}
