// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.server.api.security.SaslAuthenticateHandler;
import io.varve.server.api.security.SaslHandshakeHandler;
import io.varve.server.cluster.Endpoint;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.security.sasl.SaslConfig.AuthenticationLimits;
import io.varve.server.security.sasl.SaslListeners;
import io.varve.server.security.sasl.ScramCredentials;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.scram.ScramCredential;

/** Servers with one listener, where Alice authenticates by PLAIN with the password "a-secret". */
final class SaslServers implements AutoCloseable {
    /** Max bytes of a frame of a stranger. */
    static final int MAX_BYTES = 1_000;

    /** No user has a credential of SCRAM. */
    static final ScramCredentials NOBODY = new ScramCredentials() {
        @Override
        public Optional<ScramCredential> find(String mechanism, String user) {
            return Optional.empty();
        }

        @Override
        public byte[] secret() {
            return new byte[32];
        }
    };

    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final QuotaThrottle throttle = Servers.noQuotas();
    private final List<NetServer> started = new ArrayList<>();

    /** @return who was served Metadata, in order */
    List<String> served() {
        return served;
    }

    /** @return the quotas of all servers; there are none at first */
    QuotaThrottle throttle() {
        return throttle;
    }

    NetServer start(AuthenticationLimits limits) {
        NetConfig config = NetConfig.of(new Endpoint("CLIENTS", "127.0.0.1", 0));
        ListenerSecurity security = new ListenerSecurity("CLIENTS", SecurityProtocol.SASL_PLAINTEXT, Map.of());
        NetServer server =
                NetServer.bind(config, SecuredListeners.open(List.of(security), Clock.system()), Clock.system());
        started.add(server);
        server.serve(
                Servers.served(
                        new ScriptedHandler(ApiKeys.SASL_HANDSHAKE, new SaslHandshakeHandler()::handle),
                        new ScriptedHandler(ApiKeys.SASL_AUTHENTICATE, new SaslAuthenticateHandler()::handle),
                        ScriptedHandler.answering(ApiKeys.SHARE_FETCH, request -> new ShareFetchResponseData()),
                        ScriptedHandler.answering(ApiKeys.METADATA, request -> {
                            served.add(request.connection().principal().toString());
                            return new MetadataResponseData();
                        })),
                throttle,
                SaslListeners.open(List.of(config(limits)), NOBODY, Clock.system()),
                Servers.SCHEDULER,
                Metrics.NONE);
        return server;
    }

    /** @return the settings of listener CLIENTS */
    static SaslConfig config(AuthenticationLimits limits) {
        Map<String, String> settings = Map.of(
                "sasl.enabled.mechanisms",
                "PLAIN",
                "sasl.server.max.receive.size",
                Integer.toString(MAX_BYTES),
                "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"a-secret\";");
        return SaslConfig.parse(new ListenerSecurity("CLIENTS", SecurityProtocol.SASL_PLAINTEXT, settings), limits);
    }

    static byte[] handshake(int version) {
        return RawClient.frame(
                ApiKeys.SASL_HANDSHAKE, (short) version, 1, new SaslHandshakeRequestData().setMechanism("PLAIN"));
    }

    /** @return a request of an API that no server serves */
    static byte[] unserved(int correlationId) {
        return RawClient.frame(
                ApiKeys.READ_SHARE_GROUP_STATE, (short) 0, correlationId, new ReadShareGroupStateRequestData());
    }

    /** @return Alice's token in a request */
    static byte[] token(String password) {
        return RawClient.frame(
                ApiKeys.SASL_AUTHENTICATE,
                (short) 2,
                2,
                new SaslAuthenticateRequestData().setAuthBytes(plain(password)));
    }

    /** @return Alice's token */
    static byte[] plain(String password) {
        return ("\0alice\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        started.forEach(NetServer::close);
    }
}
