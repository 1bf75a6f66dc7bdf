// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.feature.FeatureChange;
import io.varve.server.metadata.feature.UpdateFeatures;
import io.varve.server.metadata.log.MetadataWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;

/** Changes the levels of features, all those of a request or none (KIP-584, KIP-778). */
public final class UpdateFeaturesHandler implements ApiHandler {
    private static final short LAST_WITH_RESULTS = 1;

    private final MetadataWriter metadata;
    private final int nodeId;

    /**
     * @param metadata decides the changes
     * @param nodeId this node, which messages name
     */
    public UpdateFeaturesHandler(MetadataWriter metadata, int nodeId) {
        this.metadata = metadata;
        this.nodeId = nodeId;
    }

    @Override
    public CompletionStage<UpdateFeaturesResponseData> handle(Request request) {
        UpdateFeaturesRequest body = (UpdateFeaturesRequest) request.body();
        UpdateFeaturesRequestData asked = body.data();
        List<FeatureChange> changes = new ArrayList<>();
        for (FeatureUpdateKey update : asked.featureUpdates()) {
            changes.add(new FeatureChange(
                    update.feature(), update.maxVersionLevel(), direction(update, request.version())));
        }
        return metadata.submit(new UpdateFeatures(changes, asked.validateOnly(), nodeId))
                .thenApply(outcome -> {
                    if (outcome.isSuccess() && !asked.validateOnly()) {
                        ChangeLog.note(
                                request,
                                "changed features",
                                asked.featureUpdates().stream()
                                        .map(each -> each.feature() + "=" + each.maxVersionLevel())
                                        .toList());
                    }
                    return answer(asked, outcome, request.version());
                });
    }

    /** Version 0 says only whether a level may fall. */
    private static UpgradeType direction(FeatureUpdateKey update, short version) {
        if (version == 0) {
            return update.allowDowngrade() ? UpgradeType.SAFE_DOWNGRADE : UpgradeType.UPGRADE;
        }
        return UpgradeType.fromCode(update.upgradeType());
    }

    private static UpdateFeaturesResponseData answer(UpdateFeaturesRequestData asked, ApiError outcome, short version) {
        UpdateFeaturesResponseData response =
                new UpdateFeaturesResponseData().setErrorCode(outcome.error().code());
        if (outcome.isFailure()) {
            return response.setErrorMessage(
                    "The update failed for all features since the following feature had an error: "
                            + outcome.message());
        }
        response.setErrorMessage(null);
        if (version <= LAST_WITH_RESULTS) {
            asked.featureUpdates()
                    .forEach(update -> response.results()
                            .add(new UpdatableFeatureResult()
                                    .setFeature(update.feature())
                                    .setErrorMessage(outcome.error().message())));
        }
        return response;
    }
}
