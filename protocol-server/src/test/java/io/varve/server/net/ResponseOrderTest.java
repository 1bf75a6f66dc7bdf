// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ResponseOrderTest {
    private final ApiTraffic traffic = new ApiTraffic(Metrics.NONE, Clock.system());
    private final ResponseOrder order =
            new ResponseOrder(new RequestBudget(NetConfig.Requests.DEFAULT, Clock.system()), null, traffic);

    /** A worker finds that its frame is no request after the connection has been hung up. */
    @Test
    void aSlotThatIsForgottenAfterAllWereDroppedEndsOnce() {
        ByteBuffer frame =
                ByteBuffer.wrap(RawClient.metadata(1)).position(Integer.BYTES).slice();
        ResponseSlot slot = order.begin(NextRequest.of(frame));
        assertThat(traffic.inFlight()).isEqualTo(1);
        order.drop();
        order.forget(slot);
        assertThat(traffic.inFlight()).isZero();
        assertThat(order.bytes()).isZero();
    }
}
