// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Shows records to the unknown only where they cannot be reached from another machine. Thread-safe. */
final class RecordsOnLoopback implements JsonRoute.AnswerWriter {
    private static final int FORBIDDEN = 403;

    private final JsonRoute.AnswerWriter records;

    /** @param records shows records */
    RecordsOnLoopback(JsonRoute.AnswerWriter records) {
        this.records = records;
    }

    @Override
    public void write(HttpCall call, OwnRequests server, ObjectNode answer) {
        if (!call.isWithinMachine() && server.principal().equals(KafkaPrincipal.ANONYMOUS)) {
            throw new HttpRefusal(
                    FORBIDDEN,
                    "records are not shown beyond this machine to somebody unknown: open the page on the server's own"
                            + " machine, by http://localhost or an SSH tunnel, or by https with a certificate");
        }
        records.write(call, server, answer);
    }
}
