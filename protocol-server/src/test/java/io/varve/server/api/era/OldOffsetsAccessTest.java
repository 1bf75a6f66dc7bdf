// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.server.api.Loopback;
import io.varve.server.api.Request;
import io.varve.server.api.table.ApiTable;
import io.varve.server.group.GroupsFixture;
import io.varve.server.security.access.AclAuthorizer;
import io.varve.server.security.access.AuthorizerConfig;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of ZooKeeper's time have the topic of a group made by naming the group. */
class OldOffsetsAccessTest {
    private static final AuthorizerConfig CONFIG = new AuthorizerConfig(AuthorizerConfig.STANDARD, "", false);

    @ParameterizedTest
    @EnumSource(
            value = ApiKeys.class,
            names = {"OFFSET_COMMIT", "OFFSET_FETCH"})
    void whoMayNotUseAGroupHasNothingMade(ApiKeys api) {
        try (GroupsFixture node = new GroupsFixture();
                AclAuthorizer authorizer = AclAuthorizer.start(CONFIG, node.broker.metadata, Clock.system())
                        .orElseThrow()) {
            Struct body = new Struct(OldLayouts.request(api, (short) 0))
                    .set("group_id", "hidden")
                    .set("topics", new Object[0]);
            ByteBuffer bytes = ByteBuffer.allocate(body.sizeOf());
            body.writeTo(bytes);
            Request request = new Request(
                            new RequestHeader(api, (short) 0, "c", 1),
                            OldRequest.parse(api, (short) 0, bytes.flip()),
                            new Loopback())
                    .inBackground();
            assertThatThrownBy(() -> ApiTable.serve(node.handlerContext(GroupsFixture.SELF, authorizer.access()))
                            .find(api, (short) 0)
                            .handle(request)
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(GroupAuthorizationException.class);
            assertThat(node.broker.metadata.byName(Topic.GROUP_METADATA_TOPIC_NAME))
                    .isNull();
        }
    }
}
