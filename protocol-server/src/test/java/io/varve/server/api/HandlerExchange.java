// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.server.api.table.ApiTable;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.metadata.MetadataFixture;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Sends a request to a handler, encoded and decoded as on the wire, in any version of the API. */
public final class HandlerExchange {
    private HandlerExchange() {}

    /**
     * @param context the parts of the broker that the handler uses
     * @return the response's data, as a client decodes it
     */
    @SuppressWarnings("unchecked")
    public static <R extends ApiMessage> R of(HandlerContext context, ApiKeys api, int version, ApiMessage asked) {
        short apiVersion = (short) version;
        ByteBuffer wire = MessageUtil.toByteBufferAccessor(asked, apiVersion).buffer();
        AbstractRequest body = AbstractRequest.parseRequest(api, apiVersion, new ByteBufferAccessor(wire)).request;
        RequestHeader header = new RequestHeader(api, apiVersion, "test", 1);
        ApiMessage answer = MetadataFixture.await(ApiTable.handler(api, context)
                .handle(new Request(header, body, new Loopback()))
                .toCompletableFuture());
        ByteBuffer back = MessageUtil.toByteBufferAccessor(answer, apiVersion).buffer();
        return (R) AbstractResponse.parseResponse(api, new ByteBufferAccessor(back), apiVersion)
                .data();
    }
}
