// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Runs a worker of Kafka Connect by its script, with a copy of the shipped configuration, and asks it over
 * HTTP.
 */
final class ConnectWorker implements AutoCloseable {
    private static final Duration STOP = Await.PATIENCE;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChildProcess running;
    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();

    private ConnectWorker(ChildProcess running, URI address) {
        this.running = running;
        this.address = address;
    }

    /** Starts a distributed worker, and waits until it answers. */
    static ConnectWorker distributed(Broker broker, Path directory) {
        return distributed(broker, directory, "");
    }

    /** Starts a distributed worker with more settings, each on a line, and waits until it answers. */
    static ConnectWorker distributed(Broker broker, Path directory, String more) {
        int port = FreePort.take();
        Path config = configured("connect-distributed.properties", broker, directory, """
                listeners=http://127.0.0.1:%d
                offset.storage.partitions=3
                status.storage.partitions=1
                """.formatted(port) + more);
        ConnectWorker worker = new ConnectWorker(
                ChildProcess.start("bin/connect-distributed.sh", config.toString()),
                URI.create("http://127.0.0.1:" + port));
        worker.running.awaitOutput(out -> out.contains("Finished starting connectors and tasks"));
        return worker;
    }

    /** Copies a shipped configuration with the address of a broker, and with what makes a test quick. */
    static Path configured(String shipped, Broker broker, Path directory, String more) {
        try {
            String text = Files.readString(ChildProcess.HOME.resolve("config").resolve(shipped));
            assertThat(text).contains("\nbootstrap.servers=localhost:9092\n");
            String quick = "\noffset.flush.interval.ms=500\nplugin.discovery=service_load\n";
            return Files.writeString(
                    directory.resolve(shipped),
                    text.replace("=localhost:9092\n", "=" + broker.bootstrap() + "\n")
                                    .replaceAll("\noffset\\.flush\\.interval\\.ms=.*\n|\nlisteners=.*\n", "\n")
                            + quick
                            + more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a connector, or changes its settings. */
    void put(String connector, Map<String, String> config) {
        send(
                "PUT",
                "/connectors/" + connector + "/config",
                JSON.valueToTree(config).toString());
    }

    /** @return what the worker says to a request that succeeds */
    JsonNode send(String method, String path, String body) {
        HttpResponse<String> response = ask(method, path, body);
        assertThat(response.statusCode())
                .as("%s %s: %s", method, path, response.body())
                .isBetween(200, 299);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return what the worker says to a request, which it may refuse */
    HttpResponse<String> ask(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it is asked: host and port. */
    String authority() {
        return address.getAuthority();
    }

    /** Stops it in order: positions are written. */
    void stop() {
        running.process().destroy();
        assertThat(running.exitWithin(STOP)).as(running.out() + running.err()).isIn(0, 143);
    }

    @Override
    public void close() {
        running.close();
    }
}
