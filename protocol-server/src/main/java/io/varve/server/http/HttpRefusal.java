// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.Map;

/** Refuses a request. The message is one line for the client, and names no secret. */
public final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    /**
     * Refuses a request.
     *
     * @param status HTTP's status, 400 to 599
     * @param message the reason, in one line
     */
    public HttpRefusal(int status, String message) {
        this(status, message, Map.of());
    }

    /**
     * Refuses a request, with headers that say more.
     *
     * @param status HTTP's status, 400 to 599
     * @param message the reason, in one line
     * @param headers headers of the answer
     */
    public HttpRefusal(int status, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    /** @return headers of the answer */
    public Map<String, String> headers() {
        return headers;
    }

    /** @return HTTP's status, 400 to 599 */
    public int status() {
        return status;
    }
}
