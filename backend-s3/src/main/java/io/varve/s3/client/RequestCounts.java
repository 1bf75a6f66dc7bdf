// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.util.List;

/**
 * Holds how many requests were sent, and how many bytes of objects went up and down, repeated requests
 * included.
 *
 * @param rows one for each topic and kind that had a request, in no order
 */
public record RequestCounts(List<Row> rows) {
    /**
     * Counts the requests of one kind for one topic.
     *
     * @param topic the topic; empty for what no topic caused
     * @param kind the kind of request
     * @param requests number of requests
     * @param failed how many of them failed
     * @param bytes bytes of objects sent or received
     */
    public record Row(String topic, RequestKind kind, long requests, long failed, long bytes) {}

    /** Copies the list. */
    public RequestCounts {
        rows = List.copyOf(rows);
    }
}
