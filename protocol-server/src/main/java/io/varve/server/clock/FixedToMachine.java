// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import org.apache.kafka.common.errors.InvalidRequestException;

/** Refuses to show or move the time of a server that runs by the machine's clock. */
public final class FixedToMachine implements ServerClock {
    private static InvalidRequestException refusal() {
        return new InvalidRequestException(
                "The server runs by the machine's clock, which cannot be moved:" + " start it with clock=virtual.");
    }

    @Override
    public ClockReading read() {
        throw refusal();
    }

    @Override
    public void moveTo(long ms) {
        throw refusal();
    }

    @Override
    public void check(long ms) {
        throw refusal();
    }
}
