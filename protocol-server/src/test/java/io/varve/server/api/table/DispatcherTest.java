// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.VirtualTime;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.DirectHandler;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListGroupsRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

/** Every request has one outcome, whether its handler has futures or none. */
class DispatcherTest {
    private static final short VERSION = 4;

    private final List<RequestOutcome> outcomes = new ArrayList<>();
    private final ListGroupsResponseData body = new ListGroupsResponseData();
    private final CompletableFuture<ApiMessage> later = new CompletableFuture<>();

    private static Request request(boolean background) {
        return new Request(
                new RequestHeader(ApiKeys.LIST_GROUPS, VERSION, "client", 1),
                new ListGroupsRequest.Builder(new ListGroupsRequestData()).build(VERSION),
                new Loopback(),
                background);
    }

    private void dispatch(ApiHandler handler) {
        dispatch(handler, false);
    }

    private void dispatch(ApiHandler handler, boolean background) {
        ServedApi served = new ServedApi(new ApiVersionRange(ApiKeys.LIST_GROUPS, VERSION, VERSION), handler);
        new Dispatcher(new HandlerLookup(List.of(served)), new VirtualTime(0))
                .dispatch(request(background), outcomes::add);
    }

    private static ApiHandler direct(Consumer<AnswerListener> handler) {
        return new DirectHandler() {
            @Override
            public void handle(Request request, AnswerListener listener) {
                handler.accept(listener);
            }
        };
    }

    private Errors error() {
        assertThat(outcomes).hasSize(1);
        ApiMessage answer = ((RequestOutcome.Response) outcomes.get(0)).body();
        return Errors.forCode(((ListGroupsResponseData) answer).errorCode());
    }

    @Test
    void whatIsThereAtOnceIsTheOutcomeAtOnce() {
        dispatch(request -> CompletableFuture.completedFuture(body));
        dispatch(direct(listener -> listener.answered(body, null)));
        assertThat(outcomes).containsExactly(new RequestOutcome.Response(body), new RequestOutcome.Response(body));
    }

    @Test
    void whatComesLaterIsTheOutcomeThen() {
        dispatch(request -> later);
        dispatch(direct(listener -> listener.after(later, answer -> listener.answered(answer, null))));
        assertThat(outcomes).isEmpty();
        later.complete(body);
        assertThat(outcomes).hasSize(2).containsOnly(new RequestOutcome.Response(body));
    }

    @Test
    void noAnswerIsNoResponse() {
        dispatch(request -> CompletableFuture.completedFuture(null));
        dispatch(direct(listener -> listener.answered(null, null)));
        assertThat(outcomes).hasSize(2).containsOnly(new RequestOutcome.NoResponse());
    }

    @Test
    void whatAHandlerThrowsIsAnswered() {
        dispatch(request -> {
            throw new TopicExistsException("there");
        });
        assertThat(error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void theFailureOfAFutureIsAnswered() {
        dispatch(request -> CompletableFuture.failedFuture(new TopicExistsException("there")));
        assertThat(error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void aWrappedFailureThatComesLaterIsAnsweredAsWhatItWraps() {
        dispatch(request -> later.thenApply(answer -> answer));
        later.completeExceptionally(new CompletionException(new TopicExistsException("there")));
        assertThat(error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void whatFollowsAStageAndFailsIsAnswered() {
        dispatch(direct(listener -> listener.after(later, answer -> {
            throw new TopicExistsException("there");
        })));
        later.complete(body);
        assertThat(error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void theConnectionIsClosedWhereAHandlerWantsIt() {
        dispatch(direct(listener -> listener.answered(null, new CloseConnectionException("as the test wants"))));
        assertThat(outcomes).containsExactly(new RequestOutcome.CloseConnection());
    }

    @Test
    void aRequestTooHeavyForTheLoopHasNoOutcomeThere() {
        ApiHandler heavy = request -> {
            throw new HeavyRequestException("as the test wants");
        };
        assertThatThrownBy(() -> dispatch(heavy)).isInstanceOf(HeavyRequestException.class);
        assertThat(outcomes).isEmpty();

        dispatch(heavy, true);
        assertThat(error()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void aDirectHandlerGivesAFutureToWhomAsksForOne() {
        ApiHandler answers = direct(listener -> listener.answered(body, null));
        assertThat(answers.handle(request(false)).toCompletableFuture().join()).isSameAs(body);
        ApiHandler fails = direct(listener -> listener.answered(null, new TopicExistsException("there")));
        assertThat(fails.handle(request(false))).isCompletedExceptionally();
    }
}
