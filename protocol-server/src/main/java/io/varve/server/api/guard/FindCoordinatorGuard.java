// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.resource.ResourceType;

/** Guards FindCoordinator. Requests name one key, from version 4 on several. Stateless. */
final class FindCoordinatorGuard {
    private static final short FIRST_WITH_KEYS = 4;
    private static final short FIRST_WITH_SHARE = 6;
    private static final int NOBODY = -1;

    private FindCoordinatorGuard() {}

    static CompletionStage<? extends ApiMessage> pass(Asked asked, ApiHandler handler) {
        FindCoordinatorRequestData data = asked.data(FindCoordinatorRequestData.class);
        short version = asked.request().version();
        if (data.keyType() == CoordinatorType.SHARE.id()) {
            if (version >= FIRST_WITH_SHARE) {
                asked.requireCluster(AclOperation.CLUSTER_ACTION);
            }
            return asked.serve(handler);
        }
        if (data.keyType() != CoordinatorType.GROUP.id() && data.keyType() != CoordinatorType.TRANSACTION.id()) {
            return asked.serve(handler);
        }
        boolean groups = data.keyType() == CoordinatorType.GROUP.id();
        if (version < FIRST_WITH_KEYS) {
            if (groups) {
                asked.requireGroup(AclOperation.DESCRIBE, data.key());
            } else {
                asked.requireTransaction(AclOperation.DESCRIBE, data.key());
            }
            return asked.serve(handler);
        }
        ResourceType type = groups ? ResourceType.GROUP : ResourceType.TRANSACTIONAL_ID;
        Errors error = groups ? Errors.GROUP_AUTHORIZATION_FAILED : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
        return Denied.take(data.coordinatorKeys(), key -> asked.allows(AclOperation.DESCRIBE, type, key))
                .serve(
                        asked.request(),
                        handler,
                        FindCoordinatorResponseData.class,
                        (response, key) -> response.setCoordinators(Lists.with(
                                response.coordinators(),
                                new Coordinator()
                                        .setKey(key)
                                        .setErrorCode(error.code())
                                        .setNodeId(NOBODY)
                                        .setPort(NOBODY))));
    }
}
