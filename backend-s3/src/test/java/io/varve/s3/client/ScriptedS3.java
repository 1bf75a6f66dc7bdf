// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Answers requests as a test says, with what no sound server would answer. Thread-safe. */
final class ScriptedS3 implements AutoCloseable {
    /**
     * One request.
     *
     * @param query as sent, or an empty string
     */
    record Asked(String method, String path, String query, Map<String, List<String>> headers, byte[] body) {
        @Override
        public String toString() {
            return method + " " + path + (query.isEmpty() ? "" : "?" + query);
        }

        boolean isConditional() {
            return headers.containsKey("If-none-match");
        }
    }

    /**
     * One answer.
     *
     * @param length what the header says of the body's length
     * @param stall kept open after the body until this is down
     */
    record Reply(int status, Map<String, String> headers, byte[] body, long length, CountDownLatch stall) {
        static Reply of(int status, String body) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return new Reply(status, Map.of(), bytes, bytes.length, new CountDownLatch(0));
        }

        /** The answer to a PUT. */
        static Reply stored() {
            return of(200, "").header("ETag", "\"e\"");
        }

        static Reply error(int status, String code) {
            return of(status, "<Error><Code>" + code + "</Code><Message>as told\n to</Message></Error>");
        }

        Reply header(String name, String value) {
            return new Reply(status, Map.of(name, value), body, length, stall);
        }

        Reply length(long stated) {
            return new Reply(status, headers, body, stated, stall);
        }

        Reply stallUntil(CountDownLatch over) {
            return new Reply(status, headers, body, length, over);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Function<Asked, Reply> script;

    ScriptedS3(Function<Asked, Reply> script) throws IOException {
        this.script = script;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** @return the requests so far, as text */
    List<String> asked() {
        return List.copyOf(asked);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            Asked request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    query == null ? "" : query,
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            asked.add(request.toString());
            Reply reply = script.apply(request);
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(reply.status(), reply.length() == 0 ? -1 : reply.length());
            if (reply.length() > 0) {
                OutputStream out = exchange.getResponseBody();
                out.write(reply.body(), 0, (int) Math.min(reply.length(), reply.body().length));
                out.flush();
            }
            reply.stall().await();
        } catch (InterruptedException e) {
            // The server was closed.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
