// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;
import io.varve.server.api.Request;
import io.varve.server.telemetry.ClientTelemetry;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
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

    private static final Set<ApiKeys> OF_TELEMETRY =
            Set.of(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, ApiKeys.PUSH_TELEMETRY);

    /** The responses in one state of the features. */
    private record Responses(
            Features features,
            boolean telemetry,
            ApiVersionsResponseData full,
            ApiVersionsResponseData withoutLevel0) {}

    private final Collection<ApiVersionRange> served;
    private final Supplier<Features> features;
    private final ClientTelemetry telemetry;
    private volatile Responses present;

    /**
     * @param served the served versions of each API, ApiVersions included, in the order of the keys
     * @param features gives the levels of features
     * @param telemetry is told the clients' libraries; its APIs are listed while clients are to push metrics
     */
    public ApiVersionsHandler(
            Collection<ApiVersionRange> served, Supplier<Features> features, ClientTelemetry telemetry) {
        this.served = served;
        this.features = features;
        this.telemetry = telemetry;
        present = responses(features.get(), telemetry.isWanted());
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
        boolean wanted = telemetry.isWanted();
        if (wanted != last.telemetry() || !now.equals(last.features())) {
            last = responses(now, wanted);
            present = last;
        }
        return last;
    }

    private Responses responses(Features now, boolean wanted) {
        return new Responses(now, wanted, response(now, wanted, true), response(now, wanted, false));
    }

    private ApiVersionsResponseData response(Features features, boolean wanted, boolean level0) {
        ApiVersionCollection versions = new ApiVersionCollection(served.size());
        // ApiVersions itself comes last.
        served.stream()
                .filter(each -> wanted || !OF_TELEMETRY.contains(each.api()))
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
