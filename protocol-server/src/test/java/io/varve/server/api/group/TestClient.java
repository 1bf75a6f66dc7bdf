// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataFixture;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Sends requests to handlers, encoded and decoded as on the wire, in any version of the API. */
public final class TestClient {
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final GroupsFixture broker;

    public TestClient(GroupsFixture broker) {
        this.broker = broker;
    }

    /** @return the response's data, as a client decodes it; waits for it */
    public <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage asked) {
        return MetadataFixture.await(send(api, version, asked));
    }

    @SuppressWarnings("unchecked")
    public <R extends ApiMessage> CompletableFuture<R> send(ApiKeys api, int version, ApiMessage asked) {
        short apiVersion = (short) version;
        ApiHandler handler = broker.handler(api);
        ByteBuffer wire = MessageUtil.toByteBufferAccessor(asked, apiVersion).buffer();
        AbstractRequest body = AbstractRequest.parseRequest(api, apiVersion, new ByteBufferAccessor(wire)).request;
        RequestHeader header = new RequestHeader(api, apiVersion, "test-client", 1);
        return answer(handler, new Request(header, body, new Loopback()))
                .exceptionally(failure -> body.getErrorResponse(0, Errors.maybeUnwrapException(failure))
                        .data())
                .thenApply(data -> {
                    ByteBuffer back =
                            MessageUtil.toByteBufferAccessor(data, apiVersion).buffer();
                    return (R) AbstractResponse.parseResponse(api, new ByteBufferAccessor(back), apiVersion)
                            .data();
                });
    }

    private static CompletableFuture<ApiMessage> answer(ApiHandler handler, Request request) {
        try {
            CompletionStage<? extends ApiMessage> stage = handler.handle(request);
            return stage.thenApply(data -> (ApiMessage) data).toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Finds the group's coordinator, as every client does first, and waits until it has loaded the group. */
    public void find(String group) {
        FindCoordinatorResponseData found =
                ask(ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey(group));
        if (found.errorCode() != Errors.NONE.code()) {
            throw new AssertionError(Errors.forCode(found.errorCode()));
        }
        until(fetched -> fetched.errorCode() == Errors.NONE.code(), () -> Offsets.fetchGroup(this, group, null, 9));
    }

    /** Sends a request again until the response is the expected one. */
    public static <T> T until(Predicate<T> right, Supplier<T> ask) {
        long end = System.nanoTime() + PATIENCE_NS;
        T answer = ask.get();
        while (!right.test(answer)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still " + answer);
            }
            LockSupport.parkNanos(5_000_000);
            answer = ask.get();
        }
        return answer;
    }
}
