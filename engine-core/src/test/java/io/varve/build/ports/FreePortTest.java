// SPDX-License-Identifier: Apache-2.0
package io.varve.build.ports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortTest {
    @Test
    void aPortIsNoneThatTheSystemGivesAwayAndNoneThatWasGivenBefore() throws IOException {
        int port = FreePort.take();
        try (ServerSocket systems = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(port).isBetween(10_000, systems.getLocalPort() - 1);
        }
        assertThat(FreePort.take()).isNotEqualTo(port);
    }

    @Test
    void aPortThatIsListenedOnIsLeftOut() throws IOException {
        int port = FreePort.take();
        FreePort ports = new FreePort(port);
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(ports.takeNext()).isNotEqualTo(taken.getLocalPort());
        }
    }
}
