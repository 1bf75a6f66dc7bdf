// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A server with a page, and what asks it. Thread-safe. */
record PageServer(VarveServer server) implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** @param more settings besides the listeners'; the backend is files, if they name none */
    static PageServer start(Path home, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "storage.backend", "file",
                "listeners", "PLAINTEXT://127.0.0.1:0",
                "http.listeners", "http://127.0.0.1:0"));
        settings.putAll(more);
        return new PageServer(VarveServer.start(
                ServerConfig.of(settings, home), Clock.system(), new SystemScheduler(2), Ids.random()));
    }

    /** @return the page's address, with a slash at its end */
    String address() {
        return "http://" + server.httpEndpoints().get(0).address() + "/";
    }

    /** @param headers names and values in turn */
    HttpResponse<String> response(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address()).resolve(path)).timeout(Duration.ofSeconds(60));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = response(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        return JSON.readTree(response.body());
    }

    Map<String, Object> client(Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", server.endpoints().get(0).address());
        return settings;
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, String> more) {
        return new KafkaProducer<>(client(more), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        server.close();
    }
}
