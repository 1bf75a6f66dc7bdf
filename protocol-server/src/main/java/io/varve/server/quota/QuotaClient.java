// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Who sends a request, as quotas see it.
 *
 * @param user name of the principal, ANONYMOUS of one who is not authenticated
 * @param clientId the client id of the request, empty if it has none
 */
public record QuotaClient(String user, String clientId) {
    /** Max length of a name that a quota can be of, in characters. */
    public static final int MAX_NAME_LENGTH = 1_024;

    /**
     * @param principal who sends the request
     * @param clientId the client id in its header; null if there is none
     * @return the client
     */
    public static QuotaClient of(KafkaPrincipal principal, String clientId) {
        return new QuotaClient(principal.getName(), clientId == null ? "" : clientId);
    }
}
