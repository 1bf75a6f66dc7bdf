// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import io.varve.server.clients.ClientUse.Versions;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

/** Notes versions that clients use. */
class ClientActivityTest {
    private final ClientActivity activity = new ClientActivity();

    @Test
    void negativeVersionsAreNoVersions() {
        note(-1, -2, Short.MIN_VALUE);
        assertThat(activity.use("address").versions()).isEmpty();
        note(3, -1, -2, 2, Short.MIN_VALUE);
        assertThat(activity.use("address").versions())
                .containsOnlyKeys(ApiKeys.API_VERSIONS)
                .containsValue(new Versions((short) 2, (short) 3));
    }

    private void note(int... versions) {
        for (int version : versions) {
            activity.note(new Request(
                    new RequestHeader(ApiKeys.API_VERSIONS, (short) version, "client", 1),
                    new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, (short) version),
                    new Loopback()));
        }
    }
}
