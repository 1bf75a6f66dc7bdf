// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

/** Answers the requests of one path. Thread-safe. */
public interface HttpRoute {
    /**
     * @return the path, for example {@code /live}; one that ends with {@code /}, other than {@code /} itself,
     *     stands for all paths that begin with it and have no route of their own
     */
    String path();

    /** @return which threads answer */
    default HttpLane lane() {
        return HttpLane.MONITORING;
    }

    /**
     * Answers a GET. A HEAD gets the same answer without its body. Runs on a thread of its {@link #lane}.
     *
     * @param call the request
     * @return the answer
     * @throws HttpRefusal to answer with an error
     */
    HttpAnswer answer(HttpCall call);
}
