// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.security.scram.ScramCredential;

/** Finds the SCRAM credentials of users. Thread-safe. */
public interface ScramCredentials {
    /**
     * @param mechanism a SCRAM mechanism, as {@code SCRAM-SHA-256}
     * @param user any name
     * @return the credential that is stored now; empty if there is none
     */
    Optional<ScramCredential> find(String mechanism, String user);

    /**
     * @return random bytes, at least 32, the same after a restart and shown to nobody, from which the salts
     *     of users who do not exist are derived
     */
    byte[] secret();

    /**
     * @param mechanism a SCRAM mechanism
     * @return the numbers of iterations that its credentials have, each once, ascending; none if it has no
     *     credentials
     */
    default List<Integer> iterations(String mechanism) {
        return List.of();
    }
}
