// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestCostTest {
    @ParameterizedTest
    @EnumSource
    void passesWhatWasMeasured(RequestCost cost) {
        assertThatCode(() -> cost.check(cost.measured())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource
    void namesEachCountThatHasRisen(RequestCost cost) {
        ServerMeter.Counts was = cost.measured();
        record Risen(String name, UnaryOperator<ServerMeter.Counts> by) {}
        List<Risen> all = List.of(
                new Risen(
                        "forces",
                        c -> new ServerMeter.Counts(risen(c.forces()), c.loopWrites(), c.otherWrites(), c.loopKib())),
                new Risen("write calls", c -> new ServerMeter.Counts(c.forces(), risen(c.writes()), 0, c.loopKib())),
                new Risen(
                        "KiB allocated by event loops",
                        c -> new ServerMeter.Counts(c.forces(), c.loopWrites(), c.otherWrites(), risen(c.loopKib()))));
        for (Risen one : all) {
            assertThatThrownBy(() -> cost.check(one.by().apply(was)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(one.name() + ":");
        }
    }

    private static long risen(long measured) {
        return (long) Math.max(measured * RequestCost.SLACK, RequestCost.IDLE) + 1;
    }
}
