// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.RequestExtent;
import io.varve.server.api.parse.RequestParser;
import io.varve.server.api.table.ApiPolicy;
import io.varve.server.api.table.ApiTable;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * A frame whose turn comes next, and how it will be served.
 *
 * @param frame the frame
 * @param api number of the API it says it is for
 * @param policy of that API
 * @param extent what parsing will make of it; null when a worker thread is to find out
 */
record NextRequest(ByteBuffer frame, short api, ApiPolicy policy, RequestExtent extent) {
    /** A larger frame is parsed on a worker thread; of one with records only what is around them counts. */
    private static final int PARSED_AT_ONCE = 32 * 1024;

    /** About how much heap a byte on the wire can become at worst. */
    private static final int HEAP_PER_BYTE = 24;

    /** @throws org.apache.kafka.common.errors.InvalidRequestException as {@link RequestParser#inspect} */
    static NextRequest of(ByteBuffer frame) {
        short api = apiOf(frame);
        ApiPolicy policy = policyOf(api);
        boolean later = policy.size() != ApiPolicy.Size.RECORDS && frame.remaining() > PARSED_AT_ONCE;
        return new NextRequest(frame, api, policy, later ? null : RequestParser.inspect(frame));
    }

    static ApiPolicy policyOf(short api) {
        return ApiKeys.hasId(api) ? ApiTable.policy(ApiKeys.forId(api)) : ApiTable.policy(ApiKeys.API_VERSIONS);
    }

    private static short apiOf(ByteBuffer frame) {
        return frame.remaining() < Short.BYTES ? -1 : frame.getShort(frame.position());
    }

    boolean withRecords() {
        return policy.size() == ApiPolicy.Size.RECORDS;
    }

    int bytes() {
        return frame.remaining();
    }

    /** @return bytes it takes in memory, the more the less is known of it */
    long cost() {
        return extent == null ? (long) HEAP_PER_BYTE * bytes() : cost(extent);
    }

    /** @return bytes it takes in memory when its extent is known */
    long cost(RequestExtent known) {
        return bytes() + known.heapBytes();
    }

    /** @return true when a worker thread has to parse it */
    boolean isParsedAway() {
        return extent == null || extent.isLarge();
    }
}
