// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.Map;

/** Refuses a request. The message is one line for the client, and names no secret. */
public final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;
    private final int delayMs;

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
        this(status, message, headers, 0);
    }

    /**
     * Refuses a request after a while, so that guesses take their time.
     *
     * @param status HTTP's status, 400 to 599
     * @param message the reason, in one line
     * @param headers headers of the answer
     * @param delayMs ms until the answer is sent, 0 or more; no thread waits meanwhile
     */
    public HttpRefusal(int status, String message, Map<String, String> headers, int delayMs) {
        super(message, null, false, false);
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.delayMs = delayMs;
    }

    /** @return ms until the answer is sent */
    public int delayMs() {
        return delayMs;
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
