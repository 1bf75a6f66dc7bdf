// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Answers a request of a peer that authenticates.
 *
 * @param answer the answer; null if there is none
 * @param isLast true if the peer has failed, and the connection is closed after the answer
 */
public record SaslReply(ApiMessage answer, boolean isLast) {
    static SaslReply of(ApiMessage answer) {
        return new SaslReply(answer, false);
    }

    static SaslReply last(ApiMessage answer) {
        return new SaslReply(answer, true);
    }
}
