// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.era.OldLayouts;
import io.varve.server.group.GroupsFixture;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ApiTableTest {
    /** The table itself refuses a second line of an API, and a line under a wrong key. */
    @Test
    void hasOneLineForEveryApiOfKafka() {
        Set<ApiKeys> served =
                ApiTable.versions().stream().map(ApiVersionRange::api).collect(Collectors.toSet());
        for (ApiKeys api : ApiKeys.values()) {
            assertThat(ApiTable.policy(api)).as("line of %s", api).isNotNull();
            if (served.contains(api)) {
                assertThat(ApiTable.whyAbsent(api)).as("%s is served", api).isNull();
            } else {
                assertThat(ApiTable.whyAbsent(api))
                        .as("why %s is not served", api)
                        .isNotBlank();
            }
        }
    }

    @Test
    void listsApisInTheOrderOfTheirKeys() {
        assertThat(ApiTable.versions())
                .extracting(versions -> versions.api().id)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void servesVersionsThatCanBeReadAndThatKafkasClientsRegardAsStable() {
        assertThat(ApiTable.versions()).allSatisfy(versions -> {
            ApiKeys api = versions.api();
            assertThat(api.inScope(ListenerType.BROKER))
                    .as("%s is for brokers", api)
                    .isTrue();
            assertThat(versions.first()).as("first of %s", api).isGreaterThanOrEqualTo(OldLayouts.first(api));
            assertThat(versions.last()).as("last of %s", api).isLessThanOrEqualTo(api.latestVersion(false));
        });
    }

    @Test
    void eachHandlerIsNamedAfterItsApi() {
        try (GroupsFixture broker = new GroupsFixture()) {
            HandlerContext context = broker.handlerContext(GroupsFixture.SELF);
            for (ApiVersionRange versions : ApiTable.versions()) {
                ApiKeys api = versions.api();
                assertThat(ApiTable.handler(api, context).getClass().getSimpleName())
                        .isEqualTo(api.name + "Handler");
                assertThat(ApiTable.serve(context).find(api, versions.last())).isNotNull();
            }
        }
    }

    @Test
    void findsAHandlerInTheVersionsServedOnly() {
        ApiHandler handler = request -> null;
        ServedApi fetch = new ServedApi(new ApiVersionRange(ApiKeys.FETCH, (short) 5, (short) 7), handler);
        HandlerLookup apis = new HandlerLookup(List.of(fetch));
        Set<Integer> found = new TreeSet<>();
        for (int version = -1; version <= 20; version++) {
            if (apis.find(ApiKeys.FETCH, (short) version) != null) {
                found.add(version);
            }
        }
        assertThat(found).containsExactly(5, 6, 7);
        assertThat(apis.find(ApiKeys.PRODUCE, (short) 5)).isNull();
        List<ServedApi> twice = List.of(fetch, fetch);
        assertThatThrownBy(() -> new HandlerLookup(twice)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesVersionsThatCannotBeParsed() {
        Stream.of(new int[] {7, 6}, new int[] {-1, 7}, new int[] {4, 99})
                .forEach(range -> assertThatThrownBy(
                                () -> new ApiVersionRange(ApiKeys.FETCH, (short) range[0], (short) range[1]))
                        .hasMessageContaining("FETCH")
                        .isInstanceOf(IllegalArgumentException.class));
    }
}
