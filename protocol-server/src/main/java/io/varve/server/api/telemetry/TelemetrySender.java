// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.telemetry;

import io.varve.server.api.Connection;
import io.varve.server.api.Request;
import io.varve.server.telemetry.ClientProperties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/** Describes the client that sends a request. Stateless. */
final class TelemetrySender {
    private static final Pattern PORT = Pattern.compile(":(\\d{1,5})-\\d+$");

    private TelemetrySender() {}

    static ClientProperties of(Request request, Uuid instance) {
        Connection connection = request.connection();
        return new ClientProperties(
                instance.toString(),
                request.header().clientId(),
                connection.software(),
                connection.clientAddress().getHostAddress(),
                port(connection.id()));
    }

    /** The id of a connection ends with the peer's address and port, and a number. */
    private static int port(String connection) {
        Matcher port = PORT.matcher(connection);
        return port.find() ? Integer.parseInt(port.group(1)) : 0;
    }
}
