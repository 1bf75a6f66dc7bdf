// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.server.api.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;

/**
 * Decides what a client may do: every handler asks it, and nothing else. Without an authorizer it is
 * {@link #OPEN}, and handlers are not even asked ({@link #isOpen}). Thread-safe; does not block.
 */
public final class Access {
    /** Allows everything to everybody. */
    public static final Access OPEN = new Access(null, null);

    private static final int BITS = 31;

    private static final Metric DENIED = Metric.counter(
            "varve_denials_total",
            "What clients asked for and the authorizer denied: each topic, group or other resource of a request counts.");

    private final LongAdder denied = new LongAdder();

    /** Null if there is none. */
    private final Plugin<Authorizer> authorizer;

    private final DenialLog denials;

    /**
     * @param authorizer decides; started
     * @param denials bounds how many denials are logged
     */
    Access(Plugin<Authorizer> authorizer, DenialLog denials) {
        this.authorizer = authorizer;
        this.denials = denials;
    }

    /** @return what is counted */
    public static List<Metric> metrics() {
        return List.of(DENIED);
    }

    /** @param readings is given how much was denied */
    public void read(Readings readings) {
        readings.add(DENIED, denied.sum());
    }

    /** @return true if there is no authorizer: everything is allowed */
    public boolean isOpen() {
        return authorizer == null;
    }

    /** @return the authorizer, for Kafka's group coordinator; empty if there is none */
    public Optional<Plugin<Authorizer>> authorizer() {
        return Optional.ofNullable(authorizer);
    }

    /**
     * @param filter any filter
     * @return the entries that it matches; there must be an authorizer
     */
    public Iterable<AclBinding> acls(AclBindingFilter filter) {
        return authorizer.get().acls(filter);
    }

    /**
     * Decides on something that the client asks for. A denial is logged.
     *
     * @param caller who asks
     * @param operation what it wants to do
     * @param type the type of the resource
     * @param name the name of the resource, any string
     * @return true if it may
     */
    public boolean allows(AuthorizableRequestContext caller, AclOperation operation, ResourceType type, String name) {
        return decide(caller, operation, type, name, true);
    }

    /**
     * Decides whether something is to be shown or possible that the client has not asked for by name. A
     * denial is not logged.
     *
     * @param caller who asks
     * @param operation what it needs
     * @param type the type of the resource
     * @param name the name of the resource, any string
     * @return true if it may
     */
    public boolean shows(AuthorizableRequestContext caller, AclOperation operation, ResourceType type, String name) {
        return decide(caller, operation, type, name, false);
    }

    private boolean decide(
            AuthorizableRequestContext caller, AclOperation operation, ResourceType type, String name, boolean asked) {
        if (authorizer == null) {
            return true;
        }
        ResourcePattern resource = new ResourcePattern(type, name, PatternType.LITERAL);
        boolean allowed = isAllowed(caller, new Action(operation, resource, 1, asked, false));
        if (!allowed && asked) {
            denied.increment();
            if (denials.permits()) {
                // Asked again so that the authorizer itself says why, in Kafka's words.
                isAllowed(caller, new Action(operation, resource, 1, true, true));
            }
        }
        return allowed;
    }

    private boolean isAllowed(AuthorizableRequestContext caller, Action action) {
        return authorizer.get().authorize(caller, List.of(action)).get(0) == AuthorizationResult.ALLOWED;
    }

    /**
     * @param caller who asks
     * @param operation what it wants to do with the cluster
     * @throws ClusterAuthorizationException if it may not
     */
    public void requireOnCluster(AuthorizableRequestContext caller, AclOperation operation) {
        if (!allows(caller, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME)) {
            throw new ClusterAuthorizationException(
                    ApiKeys.forId(caller.requestType()).name + " needs " + operation + " permission on the cluster.");
        }
    }

    /**
     * Decides on topics that a request names again and again, once for each of them.
     *
     * @param request the request; only its threads, one after the other, use the answer
     * @param operation what its sender wants to do
     * @return true for the names of topics with which the sender may do it; null if there is no authorizer
     */
    public Predicate<String> topics(Request request, AclOperation operation) {
        if (authorizer == null) {
            return null;
        }
        Caller caller = new Caller(request);
        Map<String, Boolean> known = new HashMap<>();
        return name -> known.computeIfAbsent(name, topic -> allows(caller, operation, ResourceType.TOPIC, topic));
    }

    /**
     * @param caller who asks
     * @param operation what it wants to do
     * @param type a type of resources
     * @return true if it may with at least one resource of the type, whether that exists or not
     */
    public boolean allowsWithSome(AuthorizableRequestContext caller, AclOperation operation, ResourceType type) {
        return authorizer == null
                || authorizer.get().authorizeByResourceType(caller, operation, type) == AuthorizationResult.ALLOWED;
    }

    /**
     * @param caller who asks
     * @param type the type of the resource
     * @param name the name of the resource
     * @param possible all operations on such a resource, as a bit field of KIP-430
     * @return those of them that the caller may perform, as such a bit field
     */
    public int operations(AuthorizableRequestContext caller, ResourceType type, String name, int possible) {
        if (authorizer == null) {
            return possible;
        }
        int allowed = 0;
        for (byte code = 0; code < BITS; code++) {
            if ((possible & 1 << code) != 0 && shows(caller, AclOperation.fromCode(code), type, name)) {
                allowed |= 1 << code;
            }
        }
        return allowed;
    }
}
