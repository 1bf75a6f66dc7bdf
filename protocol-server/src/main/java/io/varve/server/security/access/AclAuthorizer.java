// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import io.varve.core.runtime.Clock;
import io.varve.server.metadata.ClusterMetadata;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Authorizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Kafka's {@link StandardAuthorizer} on the ACLs in the metadata: it knows them all before a client is
 * served, and each change when that is durable, before the client that wants it is answered. Thread-safe.
 */
public final class AclAuthorizer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AclAuthorizer.class);

    private final StandardAuthorizer authorizer = new StandardAuthorizer();
    private final Metrics metrics = new Metrics();
    private final Plugin<Authorizer> plugin;
    private final Access access;

    /**
     * @param config settings, with an authorizer
     * @param metadata keeps the ACLs
     * @param clock paces the log of denials
     */
    private AclAuthorizer(AuthorizerConfig config, ClusterMetadata metadata, Clock clock) {
        authorizer.configure(Map.of(
                AuthorizerConfig.SUPER_USERS,
                config.superUsers(),
                AuthorizerConfig.ALLOW_EVERYONE,
                config.allowEveryone(),
                "node.id",
                metadata.config().nodeId()));
        plugin = Plugin.wrapInstance(authorizer, metrics, AuthorizerConfig.CLASS_NAME);
        metadata.addAclListener(this::changed).join();
        authorizer.completeInitialLoad();
        if (config.superUsers().isBlank() && !config.allowEveryone() && authorizer.aclCount() == 0) {
            LOG.warn(
                    "{} is set, {} is empty and there are no entries: nobody may do anything, nor make the first entry",
                    AuthorizerConfig.CLASS_NAME,
                    AuthorizerConfig.SUPER_USERS);
        }
        access = new Access(plugin, new DenialLog(clock));
    }

    /**
     * @param config settings of access control
     * @param metadata keeps the ACLs
     * @param clock paces the log of denials
     * @return the authorizer; empty if the settings want none
     */
    public static Optional<AclAuthorizer> start(AuthorizerConfig config, ClusterMetadata metadata, Clock clock) {
        return config.isEnabled() ? Optional.of(new AclAuthorizer(config, metadata, clock)) : Optional.empty();
    }

    private void changed(Map<Uuid, Optional<StandardAcl>> changes) {
        changes.forEach((id, acl) ->
                acl.ifPresentOrElse(added -> authorizer.addAcl(id, added), () -> authorizer.removeAcl(id)));
    }

    /** @return the seam that handlers ask */
    public Access access() {
        return access;
    }

    @Override
    public void close() {
        Utils.closeQuietly(plugin, "the authorizer");
        metrics.close();
    }
}
