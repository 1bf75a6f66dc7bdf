// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.table.ApiTable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.requests.AbstractResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ThrottleTimeTest {
    private static final int MS = 77;

    /** A version of an API. */
    record Version(ApiKeys api, short number) {}

    static Stream<Version> versions() {
        return ApiTable.versions().stream()
                .map(ApiVersionRange::api)
                .flatMap(api -> IntStream.rangeClosed(api.oldestVersion(), api.latestVersion())
                        .mapToObj(number -> new Version(api, (short) number)));
    }

    /** Compares with what a client reads. */
    @ParameterizedTest
    @MethodSource("versions")
    void tellsTheClientInEachVersionThatCan(Version version) {
        Schema schema = version.api.messageType.responseSchemas()[version.number];
        boolean can = schema.get("throttle_time_ms") != null;
        ApiMessage body = version.api.messageType.newResponse();

        ThrottleTime.set(body, MS);
        assertThat(ThrottleTime.of(body)).isIn(0, MS);
        ByteBufferAccessor sent = MessageUtil.toByteBufferAccessor(body, version.number);
        AbstractResponse received = AbstractResponse.parseResponse(version.api, sent, version.number);

        assertThat(received.throttleTimeMs()).isEqualTo(can ? MS : AbstractResponse.DEFAULT_THROTTLE_TIME);
        assertThat(sent.buffer().hasRemaining()).isFalse();
    }
}
