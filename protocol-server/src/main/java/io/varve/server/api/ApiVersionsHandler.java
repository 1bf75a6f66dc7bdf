// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/** Tells clients which APIs and versions are served. Only what has a handler is told of. */
final class ApiVersionsHandler implements ApiHandler {
    /** First version whose clients understand supported features that start at level 0 (KIP-1022). */
    private static final short FEATURE_LEVEL_0 = 4;

    private final Features features;
    private final ApiVersionsResponseData full;
    private final ApiVersionsResponseData withoutLevel0;

    /** @param others the handlers of all other APIs */
    ApiVersionsHandler(Collection<ApiHandler> others, Features features) {
        this.features = features;
        full = response(others, true);
        withoutLevel0 = response(others, false);
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        ApiVersionsRequest body = (ApiVersionsRequest) request.body();
        if (body.hasUnsupportedRequestVersion()) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
        if (!body.isValid()) {
            throw Errors.INVALID_REQUEST.exception();
        }
        return CompletableFuture.completedFuture(request.version() >= FEATURE_LEVEL_0 ? full : withoutLevel0);
    }

    private ApiVersionsResponseData response(Collection<ApiHandler> others, boolean level0) {
        ApiVersionCollection versions = new ApiVersionCollection(others.size() + 1);
        others.forEach(handler -> versions.add(version(handler)));
        versions.add(version(this));
        SupportedFeatureKeyCollection supported = new SupportedFeatureKeyCollection();
        features.supported().forEach((name, range) -> {
            if (level0 || range.min() > 0) {
                supported.add(new SupportedFeatureKey()
                        .setName(name)
                        .setMinVersion(range.min())
                        .setMaxVersion(range.max()));
            }
        });
        FinalizedFeatureKeyCollection finalized = new FinalizedFeatureKeyCollection();
        features.finalized()
                .forEach((name, level) -> finalized.add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level)
                        .setMaxVersionLevel(level)));
        return new ApiVersionsResponseData()
                .setApiKeys(versions)
                .setSupportedFeatures(supported)
                .setFinalizedFeatures(finalized)
                .setFinalizedFeaturesEpoch(features.epoch())
                .setZkMigrationReady(false);
    }

    /** Old librdkafka compresses with lz4 and zstd only when Produce is said to start at 0 (KAFKA-18659). */
    private static ApiVersion version(ApiHandler handler) {
        short min = handler.api() == ApiKeys.PRODUCE
                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                : handler.minVersion();
        return new ApiVersion().setApiKey(handler.api().id).setMinVersion(min).setMaxVersion(handler.maxVersion());
    }
}
