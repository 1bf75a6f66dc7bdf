// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.server.metadata.MetadataFixture;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Sends a request through a handler as it would come and go over the wire, in the version wanted. */
public final class HandlerExchange {
    private HandlerExchange() {}

    /** @return the response's data as a client reads it */
    @SuppressWarnings("unchecked")
    public static <R extends ApiMessage> R of(ApiHandler handler, int version, ApiMessage asked) {
        short apiVersion = (short) version;
        ByteBuffer wire = MessageUtil.toByteBufferAccessor(asked, apiVersion).buffer();
        AbstractRequest body =
                AbstractRequest.parseRequest(handler.api(), apiVersion, new ByteBufferAccessor(wire)).request;
        RequestHeader header = new RequestHeader(handler.api(), apiVersion, "test", 1);
        ApiMessage answer = MetadataFixture.await(
                handler.handle(new Request(header, body, new Loopback())).toCompletableFuture());
        ByteBuffer back = MessageUtil.toByteBufferAccessor(answer, apiVersion).buffer();
        return (R) AbstractResponse.parseResponse(handler.api(), new ByteBufferAccessor(back), apiVersion)
                .data();
    }
}
