// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import io.varve.core.runtime.Clock;
import io.varve.server.metadata.config.ConfigListener;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.UnknownSubscriptionIdException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;

/**
 * Knows the subscriptions of client metrics and the clients that were asked, and keeps what each client has
 * pushed last, in memory. The client that was heard of longest ago is forgotten when there are too many.
 * Thread-safe.
 */
public final class ClientTelemetry implements ConfigListener {
    /** Max number of bytes of a push, compressed or not. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_CLIENTS = 1_000;
    private static final int MAX_TEXT_LENGTH = 8 << 10;
    private static final int MAX_TEXTS_LENGTH = 4 << 20;

    private final Clock clock;
    private final AtomicReference<MetricsSubscriptions> subscriptions =
            new AtomicReference<>(MetricsSubscriptions.none());
    private final Map<Uuid, TelemetryClient> clients = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Uuid, TelemetryClient> eldest) {
            if (size() <= MAX_CLIENTS) {
                return false;
            }
            textsLength -= eldest.getValue().keptLength();
            return true;
        }
    };

    private int textsLength;

    /** @param clock tells when clients ask and push */
    public ClientTelemetry(Clock clock) {
        this.clock = clock;
    }

    /** Waits for nothing that a client can make last: it is called by the thread that writes the metadata. */
    @Override
    public void changed(ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.CLIENT_METRICS) {
            MetricsSubscription changed = configs.isEmpty() ? null : MetricsSubscription.of(configs);
            subscriptions.updateAndGet(all -> all.with(resource.name(), changed));
        }
    }

    /**
     * @param id the client instance's id
     * @param properties the client
     * @return what it is to send
     * @throws ThrottlingQuotaExceededException if it asks again too early
     */
    public WantedMetrics ask(Uuid id, ClientProperties properties) {
        TelemetryClient client = client(id, properties);
        synchronized (this) {
            if (!client.mayGet(clock.millis())) {
                throw new ThrottlingQuotaExceededException(
                        "Request from the client [" + id + "] arrived before the next push interval time");
            }
            client.setLastError(Errors.NONE);
            return client.wanted();
        }
    }

    /**
     * Admits a push, in Kafka's order of checks.
     *
     * @param id the client instance's id
     * @param properties the client
     * @param push what it pushes, without the metrics
     * @throws ApiException if the push is not wanted
     */
    public void admit(Uuid id, ClientProperties properties, Push push) {
        TelemetryClient client = client(id, properties);
        synchronized (this) {
            try {
                check(client, push);
                client.setLastError(Errors.NONE);
            } catch (ApiException e) {
                client.setLastError(Errors.forException(e));
                throw e;
            } finally {
                client.setTerminating(push.last());
            }
        }
    }

    /**
     * A push without its metrics.
     *
     * @param subscriptionId the subscription that the client knows
     * @param last true if the client ends
     * @param knownCodec true if the metrics' compression is known
     * @param bytes size of the metrics
     */
    public record Push(int subscriptionId, boolean last, boolean knownCodec, int bytes) {}

    private void check(TelemetryClient client, Push push) {
        String id = client.properties().instanceId();
        if (client.isTerminating()) {
            throw new InvalidRequestException("Client [" + id + "] has said that its last push was the last one");
        }
        if (!client.mayPush(clock.millis()) && !push.last()) {
            throw new ThrottlingQuotaExceededException(
                    "Request from the client [" + id + "] arrived before the next push interval time");
        }
        if (push.subscriptionId() != client.wanted().subscriptionId()) {
            throw new UnknownSubscriptionIdException("Unknown client subscription id for the client [" + id + "]");
        }
        if (!push.knownCodec()) {
            throw new UnsupportedCompressionTypeException("Unknown compression type in telemetry of [" + id + "]");
        }
        if (push.bytes() > MAX_BYTES) {
            throw new TelemetryTooLargeException(
                    "Telemetry of [" + id + "] has " + push.bytes() + " bytes, more than " + MAX_BYTES);
        }
    }

    /**
     * Remembers that a push that was admitted has metrics that cannot be read.
     *
     * @param id the client instance's id
     */
    public synchronized void unreadable(Uuid id) {
        TelemetryClient client = clients.get(id);
        if (client != null) {
            client.setLastError(Errors.INVALID_RECORD);
        }
    }

    /**
     * Keeps what a client has pushed, in place of what it pushed before. When there is too much, forgets what
     * the clients heard of longest ago have pushed.
     *
     * @param id the client instance's id
     * @param metrics the metrics
     */
    public void keep(Uuid id, MetricsData metrics) {
        String text = MetricsText.of(metrics, MAX_TEXT_LENGTH);
        synchronized (this) {
            TelemetryClient client = clients.get(id);
            if (client != null) {
                textsLength += text.length() - client.keptLength();
                client.keep(text, clock.millis());
                makeSpace();
            }
        }
    }

    private void makeSpace() {
        for (Iterator<TelemetryClient> eldest = clients.values().iterator(); textsLength > MAX_TEXTS_LENGTH; ) {
            TelemetryClient client = eldest.next();
            textsLength -= client.keptLength();
            client.forget();
        }
    }

    /** @return what the clients have pushed last, of the client heard of longest ago first */
    public synchronized List<PushedMetrics> pushed() {
        List<PushedMetrics> pushed = new ArrayList<>();
        for (TelemetryClient client : clients.values()) {
            PushedMetrics last = client.pushed();
            if (last != null) {
                pushed.add(last);
            }
        }
        return pushed;
    }

    /** Looks at the subscriptions without the monitor: there may be many, with long patterns. */
    private TelemetryClient client(Uuid id, ClientProperties properties) {
        MetricsSubscriptions now = subscriptions.get();
        TelemetryClient client;
        synchronized (this) {
            client = clients.computeIfAbsent(id, key -> new TelemetryClient(properties));
            if (client.isAsOf(now.version())) {
                return client;
            }
        }
        WantedMetrics wanted = now.wantedOf(client.properties());
        synchronized (this) {
            if (!client.isAsOf(now.version())) {
                client.want(wanted, now.version());
            }
        }
        return client;
    }
}
