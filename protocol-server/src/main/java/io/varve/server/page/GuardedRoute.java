// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.server.http.HttpAnswer;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import io.varve.server.http.HttpRoute;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Shows what another route answers to those who may describe the cluster. Thread-safe. */
final class GuardedRoute implements HttpRoute {
    private final HttpRoute route;
    private final Callers callers;
    private final String remedy;

    /**
     * @param route answers
     * @param callers finds out who calls
     * @param remedy the setting that would show it to everybody
     */
    GuardedRoute(HttpRoute route, Callers callers, String remedy) {
        this.route = route;
        this.callers = callers;
        this.remedy = remedy;
    }

    @Override
    public String path() {
        return route.path();
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        try (OwnRequests server = callers.of(call)) {
            requireDescribe(server);
        } catch (HttpRefusal e) {
            String message = e.getMessage() + " (" + remedy + " shows " + path() + " to everybody)";
            throw new HttpRefusal(e.status(), message, e.headers(), e.delayMs());
        }
        return route.answer(call);
    }

    /** Asks for the directories, without a partition: only who may describe the cluster gets an answer. */
    private static void requireDescribe(OwnRequests server) {
        DescribeLogDirsResponseData described = server.ask(
                ApiKeys.DESCRIBE_LOG_DIRS, new DescribeLogDirsRequestData(), DescribeLogDirsResponseData.class);
        JsonRoute.check(described.errorCode());
    }
}
