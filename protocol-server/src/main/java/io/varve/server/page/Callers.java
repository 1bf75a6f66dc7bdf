// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.server.http.HttpCall;

/** Finds out who calls. Thread-safe. */
@FunctionalInterface
interface Callers {
    /**
     * @param call a request
     * @return makes requests in the caller's name; to be closed
     * @throws io.varve.server.http.HttpRefusal if the caller must say first who they are
     */
    OwnRequests of(HttpCall call);
}
