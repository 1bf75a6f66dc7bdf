// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.api.table.ServedApi;
import io.varve.server.http.HttpRefusal;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of the page to a server that does not answer. */
@Timeout(180)
class PageDeadlineTest {
    private static final long NEARLY_ALL_MS = OwnRequests.LIMIT_MS - 1;

    private final AtomicLong nowMs = new AtomicLong();
    private final Clock clock = new Clock() {
        @Override
        public long millis() {
            return nowMs.get();
        }

        @Override
        public long nanos() {
            return TimeUnit.MILLISECONDS.toNanos(nowMs.get());
        }
    };
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void close() {
        scheduler.close();
    }

    private OwnRequests arrivedBefore(long ms) {
        ApiHandler silent = request -> {
            asked.incrementAndGet();
            nowMs.incrementAndGet();
            return new CompletableFuture<>();
        };
        HandlerLookup handlers =
                new HandlerLookup(List.of(served(ApiKeys.LIST_GROUPS, silent), served(ApiKeys.FETCH, silent)));
        PageConnection connection = new PageConnection(
                KafkaPrincipal.ANONYMOUS, InetAddress.getLoopbackAddress(), clock, scheduler, List::of);
        return new OwnRequests(
                new Dispatcher(handlers, clock), connection, clock, clock.nanos() - TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private static ServedApi served(ApiKeys api, ApiHandler handler) {
        return new ServedApi(new ApiVersionRange(api, api.oldestVersion(), api.latestVersion()), handler);
    }

    private static void listGroups(OwnRequests server) {
        server.ask(ApiKeys.LIST_GROUPS, new ListGroupsRequestData(), ListGroupsResponseData.class);
    }

    @Test
    void allRequestsOfACallHaveOneDeadlineFromItsArrivalOn() {
        try (OwnRequests server = arrivedBefore(NEARLY_ALL_MS)) {
            assertThat(server.isLate()).isFalse();
            assertThatThrownBy(() -> listGroups(server))
                    .isInstanceOfSatisfying(
                            HttpRefusal.class, late -> assertThat(late.status()).isEqualTo(503));
            assertThat(server.isLate()).isTrue();
            assertThatThrownBy(() -> listGroups(server)).isInstanceOf(HttpRefusal.class);
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void aCallThatHasWaitedTooLongForAThreadAsksNothing() {
        try (OwnRequests server = arrivedBefore(OwnRequests.LIMIT_MS)) {
            assertThatThrownBy(() -> listGroups(server)).isInstanceOf(HttpRefusal.class);
            assertThat(asked).hasValue(0);
        }
    }

    @Test
    void aSearchThatIsLateSaysWhereItGoesOn() {
        try (OwnRequests server = arrivedBefore(NEARLY_ALL_MS)) {
            RecordSearch search = new RecordSearch(
                    server,
                    new RecordSearch.Wanted(Optional.empty(), Optional.empty()),
                    10,
                    JsonNodeFactory.instance.arrayNode());

            assertThat(search.read(new TopicPartition("orders", 0), 5, 7, 10)).isEqualTo(5);
            assertThat(search.isOver()).isTrue();
            assertThat(asked).hasValue(1);
        }
    }
}
