// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import io.varve.server.api.Connection;
import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.era.OldLayouts;
import io.varve.server.api.era.OldRequest;
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

/** Parses requests as Kafka 4.3 does, and those of the versions that Kafka 4 has given up. Rejects the others
 * that Kafka rejects. Stateless. */
public final class RequestParser {
    /** The bytes of API key, version and correlation id. */
    private static final int MIN_HEADER_BYTES = 8;

    private RequestParser() {}

    /**
     * Scans a frame before it is parsed, without creating the objects of the request.
     *
     * @param frame the frame without its size; big-endian, direct or heap; its position ends where it was
     * @return the estimated cost of parsing the frame
     * @throws InvalidRequestException if the request cannot be answered, and its connection must be closed.
     *     As in Kafka: an unknown API key, an API that brokers do not serve, a version that cannot be parsed,
     *     lengths beyond the frame. Also: more elements than the {@link ApiPolicy} allows, or keys whose hash
     *     codes collide so that parsing would take long
     */
    public static RequestExtent inspect(ByteBuffer frame) {
        int start = frame.position();
        if (frame.remaining() < MIN_HEADER_BYTES) {
            throw new InvalidRequestException("a request of " + frame.remaining() + " bytes");
        }
        short id = frame.getShort(start);
        short version = frame.getShort(start + Short.BYTES);
        ApiKeys api = requireKnown(id, version);
        ApiPolicy policy = ApiTable.policy(api);
        try {
            RequestScan scan = new RequestScan(frame, policy.maxElements());
            RequestSchemas.header(api.requestHeaderVersion(version)).skip(scan);
            if (isReadable(api, version)) {
                RequestSchemas.body(api, version).skip(scan);
            }
            return new RequestExtent(scan.elements(), scan.heapBytes(), scan.collisionSteps());
        } catch (RuntimeException e) {
            throw malformed(api, version, e);
        } finally {
            frame.position(start);
        }
    }

    private static ApiKeys requireKnown(short id, short version) {
        ApiKeys api = ApiTable.byKey(id);
        if (api == null) {
            throw new InvalidRequestException("API " + id + " is not known");
        }
        if (!api.inScope(ListenerType.BROKER)) {
            throw new InvalidRequestException("API " + api.name + " (" + id + ") is not for clients of a broker");
        }
        if (api != ApiKeys.API_VERSIONS && !isReadable(api, version)) {
            throw new InvalidRequestException("version " + version + " of API " + api.name + " (" + id
                    + ") is not known; known are " + OldLayouts.first(api) + " to " + api.latestVersion(false));
        }
        return api;
    }

    private static boolean isReadable(ApiKeys api, short version) {
        return api.isVersionSupported(version) || OldLayouts.has(api, version);
    }

    private static InvalidRequestException malformed(ApiKeys api, short version, RuntimeException e) {
        return new InvalidRequestException(
                "not a " + api.name + " request of version " + version + ": " + reason(e), e);
    }

    /**
     * Parses a frame. Ignores bytes after the request, as Kafka does: old clients send some.
     *
     * @param frame a frame that was {@link #inspect inspected}; record bytes in the request are views of it
     * @param connection the connection that the frame came over
     * @return the request. For an ApiVersions request of an unknown version only the header is parsed, and
     *     the body has version 0
     * @throws InvalidRequestException if the bytes are not such a request, and the connection must be closed
     */
    public static Request parse(ByteBuffer frame, Connection connection) {
        RequestHeader header = RequestHeader.parse(frame);
        ApiKeys api = ApiTable.byKey(header.data().requestApiKey());
        short version = header.apiVersion();
        if (api == ApiKeys.API_VERSIONS && !header.isApiVersionSupported()) {
            AbstractRequest unreadable = new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, version);
            return new Request(header, unreadable, connection);
        }
        try {
            return new Request(header, body(api, version, frame), connection);
        } catch (RuntimeException e) {
            throw malformed(api, version, e);
        }
    }

    private static AbstractRequest body(ApiKeys api, short version, ByteBuffer frame) {
        return OldLayouts.has(api, version)
                ? OldRequest.parse(api, version, frame)
                : AbstractRequest.parseRequest(api, version, new ByteBufferAccessor(frame)).request;
    }

    /** Words a failure of Kafka's parsers. An underflow of the buffer has no message of its own. */
    private static String reason(RuntimeException e) {
        return e instanceof BufferUnderflowException ? "it ends early" : e.getMessage();
    }
}
