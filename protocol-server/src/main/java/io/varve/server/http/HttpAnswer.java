// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * An answer to an HTTP request. The listener adds the headers that every answer has.
 *
 * @param status HTTP's status
 * @param contentType the type of the body, with its character set where it is text
 * @param body the body; belongs to the answer from now on
 * @param headers further headers
 * @param delayMs ms after which it is sent; no thread waits meanwhile
 */
public record HttpAnswer(int status, String contentType, byte[] body, Map<String, String> headers, int delayMs) {
    /** Plain text. */
    public static final String TEXT = "text/plain; charset=utf-8";

    /** HTTP's status for a request that was done. */
    public static final int OK = 200;

    /** Checks that nothing is missing. */
    public HttpAnswer {
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(body, "body");
        headers = Map.copyOf(headers);
    }

    /** An answer that is sent at once. */
    public HttpAnswer(int status, String contentType, byte[] body, Map<String, String> headers) {
        this(status, contentType, body, headers, 0);
    }

    /**
     * An answer that says why a request is refused, with the refusal's status, headers and delay.
     *
     * @param refusal the refusal
     * @param contentType the type of the body
     * @param body the body; belongs to the answer from now on
     * @return the answer
     */
    public static HttpAnswer of(HttpRefusal refusal, String contentType, byte[] body) {
        return new HttpAnswer(refusal.status(), contentType, body, refusal.headers(), refusal.delayMs());
    }

    /**
     * An answer in plain text.
     *
     * @param status HTTP's status
     * @param text the body
     * @return the answer
     */
    public static HttpAnswer text(int status, String text) {
        return new HttpAnswer(status, TEXT, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
