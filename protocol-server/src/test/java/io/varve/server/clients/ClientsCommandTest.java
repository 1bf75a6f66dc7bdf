// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.WireServer;
import io.varve.server.clients.ClientUse.Versions;
import io.varve.server.net.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ClientsCommandTest {
    private final WireServer server = new WireServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void listsWhatClientsSayAndUseAndWhatKafka4WouldRefuse() throws Exception {
        try (RawClient old = server.connect();
                RawClient today = server.connect()) {
            // An empty fetch and an empty produce request of version 0.
            old.send(request(ApiKeys.FETCH, 0, Integer.BYTES * 4)).receiveId();
            old.send(request(ApiKeys.PRODUCE, 1, Short.BYTES + Integer.BYTES * 2))
                    .receiveId();
            today.send(RawClient.frame(
                            ApiKeys.API_VERSIONS,
                            (short) 4,
                            1,
                            new ApiVersionsRequestData()
                                    .setClientSoftwareName("new-client")
                                    .setClientSoftwareVersion("7.1")))
                    .receiveId();
            today.send(RawClient.frame(ApiKeys.METADATA, (short) 12, 2, new MetadataRequestData()))
                    .receiveId();

            List<String> all = run("--versions");

            assertThat(all.get(0)).matches("ADDRESS +CLIENT-ID +SOFTWARE +REFUSED BY KAFKA 4 +VERSIONS");
            assertThat(all)
                    .anyMatch(line -> line.matches(".* raw +unknown +Produce 1 \\(message format 0\\),"
                            + " Fetch 0 \\(reads message format 0\\) +Produce 1, Fetch 0"))
                    .anyMatch(line -> line.matches(".* raw +new-client 7.1 +- +Metadata 12, ApiVersions 4"))
                    .anyMatch(line -> line.contains(" apache-kafka-java "));
            assertThat(run("--refused-by-kafka-4")).hasSize(2);
        }
    }

    @Test
    void forgetsWhoHasLeft() throws Exception {
        try (RawClient old = server.connect()) {
            old.send(request(ApiKeys.FETCH, 0, Integer.BYTES * 4)).receiveId();
        }
        List<String> left = run("--refused-by-kafka-4");
        while (left.size() > 1) {
            left = run("--refused-by-kafka-4"); // the server has not seen the end of the connection yet
        }
        assertThat(left).hasSize(1);
    }

    @Test
    void keepsAndListsABoundedNumberOfCharactersAndClients() throws Exception {
        try (RawClient client = server.connect()) {
            client.send(RawClient.frame(
                            ApiKeys.API_VERSIONS,
                            (short) 3,
                            1,
                            new ApiVersionsRequestData()
                                    .setClientSoftwareName("n".repeat(10_000))
                                    .setClientSoftwareVersion("v".repeat(10_000))))
                    .receiveId();
            assertThat(run()).anyMatch(line -> line.contains(" " + "n".repeat(100) + " " + "v".repeat(100) + " "));
        }
        ClientUse one = new ClientUse("a:1", "id", "s 1", Map.of(ApiKeys.FETCH, new Versions((short) 3, (short) 4)));
        List<ClientUse> many = new ArrayList<>();
        IntStream.range(0, ClientsResource.MAX_CLIENTS + 5).forEach(i -> many.add(one));
        List<ClientUse> read = ClientsResource.read(ClientsResource.write(many));
        assertThat(read).hasSize(ClientsResource.MAX_CLIENTS);
        assertThat(read.get(0)).isEqualTo(one);
        assertThat(one.refusedByKafka4()).containsExactly("Fetch 3 (reads message format 0 or 1)");
    }

    /** @return the frame of a request of zeros, which is an empty one of those used here */
    private static byte[] request(ApiKeys api, int version, int bytes) {
        byte[] header = RawClient.header(api, (short) version, 1);
        ByteBuffer frame = ByteBuffer.allocate(header.length + bytes).put(header);
        if (api == ApiKeys.PRODUCE) {
            frame.putShort((short) 1);
        }
        return RawClient.frame(frame.array());
    }

    private List<String> run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(
                "--bootstrap-server",
                "127.0.0.1:" + server.server.listeners().get(0).port()));
        all.addAll(List.of(arguments));
        int code = ClientsCommand.run(all, new PrintStream(out, true), new PrintStream(err, true));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
