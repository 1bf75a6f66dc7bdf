// SPDX-License-Identifier: Apache-2.0
package io.varve.build.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs a headless Chromium, and talks to it by the DevTools protocol, until it is closed. Thread-safe. */
public final class Chromium implements AutoCloseable {
    static final long LIMIT_SECONDS = 60;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String READY = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final Map<String, Consumer<JsonNode>> listeners = new ConcurrentHashMap<>();

    private Chromium(Process process, String address) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Receiver())
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Returns the browser's command, if this machine has one. */
    public static Optional<Path> command() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts the browser with a profile in an empty directory. */
    public static Chromium start(Path command, Path profile) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        command.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-extensions",
                        "--disable-sync",
                        "--no-first-run",
                        "--no-proxy-server",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Chromium(process, address(process));
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Reads on after the address, so that the browser never waits for its reader. */
    private static String address(Process process) {
        CompletableFuture<String> address = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            StringBuilder said = new StringBuilder();
            try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(READY)) {
                        address.complete(line.substring(READY.length()));
                    }
                    said.append(address.isDone() ? "" : line + "\n");
                }
            } catch (IOException e) {
                said.append(e);
            }
            address.completeExceptionally(new IllegalStateException("Chromium ended: " + said));
        });
        reader.setDaemon(true);
        reader.start();
        return address.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Opens a tab of that size in pixels. */
    public BrowserTab open(int width, int height) {
        ObjectNode blank = JSON.createObjectNode().put("url", "about:blank");
        String target =
                send(null, "Target.createTarget", blank).path("targetId").asText();
        ObjectNode attach = JSON.createObjectNode().put("targetId", target).put("flatten", true);
        String session =
                send(null, "Target.attachToTarget", attach).path("sessionId").asText();
        BrowserTab tab = new BrowserTab(this, session);
        listeners.put(session, tab::happened);
        tab.begin(width, height);
        return tab;
    }

    /** Sends a command, to the browser or to a tab, and waits for its result. */
    JsonNode send(String session, String method, ObjectNode parameters) {
        int number = numbers.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", number).put("method", method);
        message.set("params", parameters);
        if (session != null) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(number, answer);
        synchronized (this) {
            socket.sendText(message.toString(), true).join();
        }
        JsonNode received = answer.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        if (received.has("error")) {
            throw new IllegalStateException(method + ": " + received.path("error"));
        }
        return received.path("result");
    }

    @Override
    public void close() throws IOException {
        // Told so, it removes its own files; ended by a signal, it leaves them.
        send(null, "Browser.close", JSON.createObjectNode());
        socket.abort();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("Chromium did not end in " + LIMIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                received(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void received(String message) {
            try {
                JsonNode json = JSON.readTree(message);
                if (json.has("id")) {
                    answers.remove(json.path("id").asInt()).complete(json);
                } else {
                    listeners
                            .getOrDefault(json.path("sessionId").asText(), event -> {})
                            .accept(json);
                }
            } catch (IOException e) {
                onError(socket, e);
            }
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            answers.values().forEach(answer -> answer.completeExceptionally(failure));
        }
    }
}
