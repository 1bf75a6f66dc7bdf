// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.guard.Guards;
import io.varve.server.api.security.SaslAuthenticateHandler;
import io.varve.server.api.security.SaslHandshakeHandler;
import io.varve.server.api.table.ApiTable;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.acl.CreateAcls;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.access.AclAuthorizer;
import io.varve.server.security.access.AuthorizerConfig;
import io.varve.server.security.sasl.SaslConfig.AuthenticationLimits;
import io.varve.server.security.sasl.SaslListeners;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * A server with guards in front of handlers that look at all of a request. On one listener everybody is
 * served, on the other who authenticates as {@link SaslServers}' Alice. Of the names that
 * {@link RandomMessages} makes, some are allowed to everybody.
 */
final class FuzzedServer implements AutoCloseable {
    /** The listener of everybody. */
    static final ListenerSecurity OPEN = new ListenerSecurity("PLAINTEXT", SecurityProtocol.PLAINTEXT, Map.of());

    /** The listener of those who authenticate. */
    static final ListenerSecurity CLIENTS = new ListenerSecurity("CLIENTS", SecurityProtocol.SASL_PLAINTEXT, Map.of());

    private static final KafkaPrincipal ALICE = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "alice");

    private final MetadataFixture node = new MetadataFixture(1);
    private final LongAdder served = new LongAdder();
    private final LongAdder strangersServed = new LongAdder();
    private final AclAuthorizer authorizer;
    private final NetServer net;

    FuzzedServer() {
        node.start();
        authorizer = AclAuthorizer.start(
                        new AuthorizerConfig(AuthorizerConfig.STANDARD, "", false), node.metadata, Clock.system())
                .orElseThrow();
        MetadataFixture.await(node.metadata.writer().submit(new CreateAcls(acls(), node.ids)));
        net = NetServer.bind(
                NetConfig.of(
                        new Endpoint(OPEN.listener(), "127.0.0.1", 0),
                        new Endpoint(CLIENTS.listener(), "127.0.0.1", 0)),
                SecuredListeners.open(List.of(OPEN, CLIENTS), Clock.system()),
                Clock.system());
        net.serve(
                Servers.served(handlers()),
                Servers.noQuotas(),
                SaslListeners.open(
                        List.of(SaslServers.config(new AuthenticationLimits(0, 60_000))),
                        SaslServers.NOBODY,
                        Clock.system()),
                Servers.SCHEDULER,
                Metrics.NONE);
    }

    private static List<AclBinding> acls() {
        List<AclBinding> acls = new ArrayList<>();
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
            for (String name : List.of("n0", "n1", "AaAa")) {
                acls.add(new AclBinding(
                        new ResourcePattern(type, name, PatternType.LITERAL),
                        new AccessControlEntry("User:*", "*", AclOperation.ALL, AclPermissionType.ALLOW)));
            }
        }
        return acls;
    }

    private ScriptedHandler[] handlers() {
        Guards guards = new Guards(authorizer.access(), node.metadata);
        return ApiKeys.apisForListener(ListenerType.BROKER).stream()
                .filter(api -> api != ApiKeys.API_VERSIONS && ApiTable.whyAbsent(api) == null)
                .map(api -> new ScriptedHandler(api, guards.guarded(api, handler(api))::handle))
                .toArray(ScriptedHandler[]::new);
    }

    private ApiHandler handler(ApiKeys api) {
        return switch (api) {
            case SASL_HANDSHAKE -> new SaslHandshakeHandler();
            case SASL_AUTHENTICATE -> new SaslAuthenticateHandler();
            default ->
                request -> {
                    lookAt(request);
                    return CompletableFuture.completedFuture(
                            ApiMessageType.fromApiKey(api.id).newResponse());
                };
        };
    }

    private void lookAt(Request request) {
        request.body().data().hashCode(); // reads every field
        served.increment();
        if (request.connection().authentication() != null
                && !request.connection().principal().equals(ALICE)) {
            strangersServed.increment();
        }
    }

    NetServer net() {
        return net;
    }

    /** @return how many requests reached a handler */
    long served() {
        return served.sum();
    }

    /** @return how many of these came by {@link #CLIENTS} from who is not Alice */
    long strangersServed() {
        return strangersServed.sum();
    }

    @Override
    public void close() {
        net.close();
        authorizer.close();
        node.close();
    }
}
