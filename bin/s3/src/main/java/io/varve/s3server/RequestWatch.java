// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gaul.shaded.org.eclipse.jetty.http.HttpHeader;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.io.EofException;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Notes every request in the log, and strikes those that {@link S3Faults} decides to, before S3Proxy sees
 * them.
 */
final class RequestWatch extends Handler.Wrapper {
    private final S3RequestLog log;
    private final S3Faults faults;
    private final RequestGate gate;

    RequestWatch(S3RequestLog log, S3Faults faults, RequestGate gate) {
        this.log = log;
        this.faults = faults;
        this.gate = gate;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = URI.create(request.getHttpURI().getPath()).getPath();
        int slash = path.indexOf('/', 1);
        String key = slash < 0 ? "" : path.substring(slash + 1);
        boolean copies = request.getHeaders().contains("x-amz-copy-source");
        S3RequestKind kind = S3RequestKind.of(request.getMethod(), key, parameters(request), copies);
        boolean conditional = request.getHeaders().contains(HttpHeader.IF_NONE_MATCH)
                || request.getHeaders().contains(HttpHeader.IF_MATCH);
        S3Faults.Verdict verdict = faults.decide(kind, key, conditional);
        WatchedResponse watched = new WatchedResponse(request, response, kind, key, verdict, log, gate);
        if (verdict.delayMs() == 0) {
            return serve(request, watched, callback, verdict);
        }
        request.getComponents()
                .getScheduler()
                .schedule(
                        () -> request.getComponents()
                                .getExecutor()
                                .execute(() -> serveLate(request, watched, callback, verdict)),
                        verdict.delayMs(),
                        TimeUnit.MILLISECONDS);
        return true;
    }

    private void serveLate(Request request, WatchedResponse response, Callback callback, S3Faults.Verdict verdict) {
        try {
            if (!serve(request, response, callback, verdict)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    private boolean serve(Request request, WatchedResponse response, Callback callback, S3Faults.Verdict verdict)
            throws Exception {
        S3Fault fault = verdict.fault().orElse(S3Fault.SLOW);
        if (fault == S3Fault.UNREACHABLE) {
            response.cut();
            callback.failed(new EofException("closed on purpose"));
            return true;
        }
        if (fault.moment == S3Fault.Moment.BEFORE && fault.status > 0) {
            refuse(request, response, callback, fault);
            return true;
        }
        gate.enter();
        response.begun();
        try {
            return super.handle(request, response, callback);
        } finally {
            response.carriedOut();
        }
    }

    private static void refuse(Request request, Response response, Callback callback, S3Fault fault)
            throws IOException {
        // A client that is still sending its body would see a broken connection in place of the answer.
        Content.Source.consumeAll(request);
        response.setStatus(fault.status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/xml");
        String body = request.getMethod().equals("HEAD") ? "" : fault.body();
        Content.Sink.write(response, true, body, callback);
    }

    private static Map<String, String> parameters(Request request) {
        Map<String, String> parameters = new HashMap<>();
        Request.extractQueryParameters(request, StandardCharsets.UTF_8)
                .forEach(field -> parameters.put(field.getName(), field.getValue() == null ? "" : field.getValue()));
        return parameters;
    }
}
