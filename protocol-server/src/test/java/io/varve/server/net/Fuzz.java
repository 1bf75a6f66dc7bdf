// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsResponse;

/**
 * Sends a running server damaged requests of every API it advertises, some with thousands of elements, and
 * sound ones in between which it must answer. The same seed sends the same bytes.
 * {@code -Dvarve.test.fuzz.seed} and {@code -Dvarve.test.fuzz.requests} choose others and more of them than
 * the build sends.
 */
public final class Fuzz {
    private static final int THREADS = 4;
    private static final int SOUND_EVERY = 100;

    /** Large ones take the server some ms each, when all is well. */
    private static final int LARGE_EVERY = 200;

    private static final int SOUND_ID = 0x50_0F_4D;

    /** A damaged request may legitimately keep its connection waiting, for example for records. */
    private static final int PATIENCE_MS = 50;

    private final int port;
    private final long seed;
    private final int requests;

    /** @return how many to send: what the build was told, or this */
    public static int requests(int byDefault) {
        return Integer.getInteger("varve.test.fuzz.requests", byDefault);
    }

    /**
     * What happened.
     *
     * @param sent damaged requests sent
     * @param answered those after which the connection still served
     * @param closed those on which the server closed
     * @param waited those whose connection was given up because no answer came soon
     */
    public record Result(int sent, int answered, int closed, int waited) {
        private Result plus(Result other) {
            return new Result(
                    sent + other.sent, answered + other.answered, closed + other.closed, waited + other.waited);
        }
    }

    private enum Fate {
        ANSWERED,
        CLOSED,
        WAITED
    }

    /**
     * @param port of a server on the loopback address
     * @param seed of all randomness
     * @param requests how many damaged requests to send
     */
    public Fuzz(int port, long seed, int requests) {
        this.port = port;
        this.seed = Long.getLong("varve.test.fuzz.seed", seed);
        this.requests = requests;
    }

    /**
     * Sends the requests.
     *
     * @return what happened
     * @throws AssertionError if a sound request is not answered; the message tells the seed
     */
    public Result run() throws IOException {
        List<ApiVersion> apis = advertised();
        List<CompletableFuture<Result>> parts = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(seed + thread);
            int share = requests / THREADS + (thread < requests % THREADS ? 1 : 0);
            CompletableFuture<Result> part = new CompletableFuture<>();
            parts.add(part);
            new Thread(() -> part.completeAsync(() -> run(apis, random, share), Runnable::run), "fuzz-" + thread)
                    .start();
        }
        return parts.stream().map(CompletableFuture::join).reduce(new Result(0, 0, 0, 0), Result::plus);
    }

    private List<ApiVersion> advertised() throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(RawClient.apiVersions(1, 0));
            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKeys.API_VERSIONS, (short) 0);
            return List.copyOf(response.data().apiKeys());
        }
    }

    private Result run(List<ApiVersion> apis, Random random, int count) {
        RandomMessages messages = new RandomMessages(random);
        LargeMessages large = new LargeMessages(random);
        int[] fates = new int[Fate.values().length];
        int sent = 0;
        try (RawClient normal = new RawClient(port)) {
            RawClient client = new RawClient(port);
            for (; sent < count; sent++) {
                byte[] request = sent % LARGE_EVERY == 0
                        ? large(apis, large, random, sent)
                        : Damage.frame(sound(apis, messages, random, sent), random);
                Fate fate = send(client, request);
                fates[fate.ordinal()]++;
                if (fate != Fate.ANSWERED) {
                    client.abort();
                    client = new RawClient(port);
                }
                if (sent % SOUND_EVERY == 0
                        && normal.send(RawClient.apiVersions(sent, 0)).receiveId() != sent) {
                    throw new AssertionError("a sound request got another's answer");
                }
            }
            client.abort();
        } catch (IOException | AssertionError e) {
            throw new AssertionError("after " + sent + " requests of seed " + seed + ": " + e, e);
        }
        return new Result(sent, fates[0], fates[1], fates[2]);
    }

    private static byte[] sound(List<ApiVersion> apis, RandomMessages messages, Random random, int id) {
        ApiVersion api = apis.get(random.nextInt(apis.size()));
        return messages.frame(ApiKeys.forId(api.apiKey()), version(api, random), id);
    }

    private static byte[] large(List<ApiVersion> apis, LargeMessages messages, Random random, int id) {
        ApiVersion api = apis.get(random.nextInt(apis.size()));
        return messages.frame(ApiKeys.forId(api.apiKey()), version(api, random), id);
    }

    private static short version(ApiVersion api, Random random) {
        return (short) (api.minVersion() + random.nextInt(api.maxVersion() - api.minVersion() + 1));
    }

    /** Sends a damaged request and a sound one; their answers, if any, come in this order. */
    private static Fate send(RawClient client, byte[] request) {
        try {
            client.socket().setSoTimeout(PATIENCE_MS);
            boolean framed = Damage.isFramed(request);
            client.send(ProtocolTest.concat(request, RawClient.apiVersions(SOUND_ID, 0)));
            if (!framed) {
                // The server may wait for the rest of a frame: tell it that there is none.
                client.socket().shutdownOutput();
            }
            while (client.receiveId() != SOUND_ID) {
                // The damaged request's own answer.
            }
            return Fate.ANSWERED;
        } catch (EOFException | SocketException e) {
            return Fate.CLOSED;
        } catch (SocketTimeoutException e) {
            return Fate.WAITED;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
