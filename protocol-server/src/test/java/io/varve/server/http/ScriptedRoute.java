// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.concurrent.Callable;

/** Does what a test says, on a thread for people, and answers that it is done. */
record ScriptedRoute(String path, Callable<Void> work) implements HttpRoute {
    @Override
    public HttpLane lane() {
        return HttpLane.PAGE;
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        try {
            work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return HttpAnswer.text(HttpAnswer.OK, "done");
    }
}
