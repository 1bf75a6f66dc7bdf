// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.parse.RequestParser;
import io.varve.server.api.table.ApiPolicy;
import io.varve.server.api.table.ApiTable;
import io.varve.server.security.sasl.SaslAuthentication;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The frame of the next request, with how the request will be served.
 *
 * @param frame the frame
 * @param api the API key in the frame
 * @param policy the policy of that API
 * @param extent the memory that parsing will take; null if a worker thread has to determine it
 * @param isRawToken true if the frame is a token of SASL without a header
 */
record NextRequest(ByteBuffer frame, short api, ApiPolicy policy, RequestExtent extent, boolean isRawToken) {
    /** Max bytes of a frame that is parsed on the event loop. Frames with records are exempt. */
    private static final int MAX_LOOP_PARSED_BYTES = 32 * 1024;

    /** About how many bytes of heap one byte on the wire can become at worst. */
    private static final int HEAP_PER_BYTE = 24;

    /** @throws org.apache.kafka.common.errors.InvalidRequestException as {@link RequestParser#inspect} */
    static NextRequest of(ByteBuffer frame) {
        short api = apiOf(frame);
        ApiPolicy policy = policyOf(api);
        boolean later = policy.size() != ApiPolicy.Size.RECORDS && frame.remaining() > MAX_LOOP_PARSED_BYTES;
        return new NextRequest(frame, api, policy, later ? null : RequestParser.inspect(frame), false);
    }

    /**
     * @param authentication of the connection
     * @throws org.apache.kafka.common.errors.InvalidRequestException also if the peer may not send the
     *     request
     */
    static NextRequest of(ByteBuffer frame, SaslAuthentication authentication) {
        if (authentication.takesRawToken()) {
            return RawSaslToken.next(frame);
        }
        authentication.requireAdmitted(apiOf(frame));
        return of(frame);
    }

    static ApiPolicy policyOf(short api) {
        ApiKeys known = ApiTable.byKey(api);
        return ApiTable.policy(known == null ? ApiKeys.API_VERSIONS : known);
    }

    private static short apiOf(ByteBuffer frame) {
        return frame.remaining() < Short.BYTES ? -1 : frame.getShort(frame.position());
    }

    /** @throws org.apache.kafka.common.errors.InvalidRequestException as {@link RequestParser#parse} */
    Request parse(NettyConnection connection) {
        return isRawToken ? RawSaslToken.parse(frame, connection) : RequestParser.parse(frame, connection);
    }

    boolean withRecords() {
        return policy.size() == ApiPolicy.Size.RECORDS;
    }

    int bytes() {
        return frame.remaining();
    }

    /** @return bytes the request takes in memory; the worst case while its extent is not known */
    long cost() {
        return extent == null ? (long) HEAP_PER_BYTE * bytes() : cost(extent);
    }

    /** @return bytes the request takes in memory with this extent */
    long cost(RequestExtent known) {
        return bytes() + known.heapBytes();
    }

    /** @return true if a worker thread has to parse it */
    boolean isParsedByWorker() {
        return extent == null || extent.isLarge();
    }
}
