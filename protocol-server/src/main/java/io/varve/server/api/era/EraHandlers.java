// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.security.access.Access;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;

/**
 * Makes the handlers that serve the old versions of APIs beside those of today.
 *
 * @param topics finds logs
 * @param access decides what clients may do
 * @param scheduler gives threads to conversions
 * @param clock source of time
 * @param findCoordinator serves FindCoordinator to who may use the group
 * @param fetch serves Fetch of today, whatever the quotas
 */
public record EraHandlers(
        Topics topics, Access access, Scheduler scheduler, Clock clock, ApiHandler findCoordinator, ApiHandler fetch) {
    /** Versions of OffsetCommit and OffsetFetch whose clients believe that offsets are in ZooKeeper. */
    private static final short ZOOKEEPER = 0;

    /**
     * @param api an API
     * @param today serves the versions of today; it never sees another
     * @return serves all versions; {@code today} itself where there are no old ones
     */
    public ApiHandler withOldVersions(ApiKeys api, ApiHandler today) {
        if (OldLayouts.first(api) == api.oldestVersion()) {
            return today;
        }
        return switch (api) {
            case PRODUCE -> new OldProduceHandler(today, topics, access);
            case FETCH -> new OldFetchHandler(today, fetch, scheduler, clock);
            case LIST_OFFSETS -> new OldListOffsetsHandler(today, topics, access, clock);
            case OFFSET_COMMIT, OFFSET_FETCH -> translating(withCoordinator(asOfToday(today)));
            default -> translating(asOfToday(today));
        };
    }

    /**
     * Clients of ZooKeeper's time never look for the coordinator of a group, which is what creates its topic.
     */
    private ApiHandler withCoordinator(ApiHandler today) {
        return request -> {
            if (!(request.body() instanceof OldRequest old) || old.oldVersion() != ZOOKEEPER) {
                return today.handle(request);
            }
            if (!request.background()) {
                throw new HeavyRequestException("the coordinator may have to be created");
            }
            AbstractRequest find = new FindCoordinatorRequest.Builder(
                            new FindCoordinatorRequestData().setKey(old.old().getString("group_id")))
                    .build(ApiKeys.FIND_COORDINATOR.oldestVersion());
            return findCoordinator
                    .handle(OldRequest.asOfToday(request, find))
                    .thenCompose(found -> today.handle(request));
        };
    }

    private static ApiHandler asOfToday(ApiHandler today) {
        return request -> today.handle(
                request.body() instanceof OldRequest old ? OldRequest.asOfToday(request, old.today()) : request);
    }

    private static ApiHandler translating(ApiHandler served) {
        return request -> request.body() instanceof OldRequest old
                ? served.handle(request).thenApply(response -> OldRequest.answer(old, withOldErrors(response)))
                : served.handle(request);
    }

    /** Version 0 of OffsetFetch has an error for a partition without an offset. */
    private static ApiMessage withOldErrors(ApiMessage response) {
        if (response instanceof OffsetFetchResponseData offsets) {
            offsets.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .filter(partition -> partition.committedOffset() < 0 && partition.errorCode() == 0)
                    .forEach(partition -> partition.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        }
        return response;
    }
}
