// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.Request;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
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

/** Lists the served versions of each API, and the levels of features. */
public final class ApiVersionsHandler implements ApiHandler {
    /** The first version whose clients accept supported features that start at level 0 (KIP-1022). */
    private static final short FEATURE_LEVEL_0 = 4;

    /** The responses in one state of the features. */
    private record Responses(Features features, ApiVersionsResponseData full, ApiVersionsResponseData withoutLevel0) {}

    private final Collection<ApiVersionRange> served;
    private final Supplier<Features> features;
    private volatile Responses present;

    /**
     * @param served the served versions of each API, ApiVersions included, in the order of the keys
     * @param features gives the levels of features
     */
    public ApiVersionsHandler(Collection<ApiVersionRange> served, Supplier<Features> features) {
        this.served = served;
        this.features = features;
        present = responses(features.get());
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
        Responses now = responses();
        return CompletableFuture.completedFuture(
                request.version() >= FEATURE_LEVEL_0 ? now.full() : now.withoutLevel0());
    }

    private Responses responses() {
        Responses last = present;
        Features now = features.get();
        if (!now.equals(last.features())) {
            last = responses(now);
            present = last;
        }
        return last;
    }

    private Responses responses(Features now) {
        return new Responses(now, response(now, true), response(now, false));
    }

    private ApiVersionsResponseData response(Features features, boolean level0) {
        ApiVersionCollection versions = new ApiVersionCollection(served.size());
        // ApiVersions itself comes last.
        served.stream()
                .sorted(Comparator.comparing(each -> each.api() == ApiKeys.API_VERSIONS))
                .forEach(each -> versions.add(version(each)));
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

    private static ApiVersion version(ApiVersionRange served) {
        return new ApiVersion()
                .setApiKey(served.api().id)
                .setMinVersion(served.first())
                .setMaxVersion(served.last());
    }
}
