// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.ApiHandler;
import io.varve.server.metadata.topic.Topics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Makes the handlers that serve the old versions of APIs beside those of today.
 *
 * @param topics finds logs
 * @param scheduler gives threads to conversions
 * @param clock source of time
 */
public record EraHandlers(Topics topics, Scheduler scheduler, Clock clock) {
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
            case PRODUCE -> new OldProduceHandler(today);
            case FETCH -> new OldFetchHandler(today, scheduler, clock);
            case LIST_OFFSETS -> new OldListOffsetsHandler(today, topics, clock);
            default -> translating(today);
        };
    }

    private static ApiHandler translating(ApiHandler today) {
        return request -> request.body() instanceof OldRequest old
                ? today.handle(OldRequest.asOfToday(request, old.today()))
                        .thenApply(response -> OldRequest.answer(old, withOldErrors(response)))
                : today.handle(request);
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
