// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

/** Refuses a request. The message is one line for the client, and names no secret. */
public final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * Refuses a request.
     *
     * @param status HTTP's status, 400 to 599
     * @param message the reason, in one line
     */
    public HttpRefusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** @return HTTP's status, 400 to 599 */
    public int status() {
        return status;
    }
}
