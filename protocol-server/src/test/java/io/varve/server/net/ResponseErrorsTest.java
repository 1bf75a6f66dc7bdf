// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.table.ApiTable;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.junit.jupiter.api.Test;

class ResponseErrorsTest {
    private static Map<Errors, Integer> in(ApiMessage body, short version) {
        Map<Errors, Integer> found = new EnumMap<>(Errors.class);
        ResponseErrors.find(body, version, (error, count) -> found.merge(error, count, Integer::sum));
        return found;
    }

    @Test
    void everyServedApisErrorsAreFound() {
        List<ApiKeys> unknown = Arrays.stream(ApiKeys.values())
                .filter(api -> ApiTable.whyAbsent(api) == null)
                .filter(api ->
                        !ResponseErrors.isKnown(api.messageType.newResponse().getClass()))
                .toList();
        assertThat(unknown).isEmpty();
    }

    /** In an order of its own each JVM lists them; an archive of classes changes it. */
    @Test
    void theConstructorWithoutAVersionCountsInAnyOrder() {
        List<Constructor<?>> constructors =
                new ArrayList<>(List.of(LeaveGroupResponse.class.getDeclaredConstructors()));
        for (int i = 0; i < constructors.size(); i++) {
            Collections.rotate(constructors, 1);
            Constructor<?> chosen =
                    ResponseErrors.wrapper(LeaveGroupResponseData.class, constructors.toArray(Constructor<?>[]::new));
            assertThat(chosen.getParameterTypes()).containsExactly(LeaveGroupResponseData.class);
        }
        LeaveGroupResponseData ofOldVersions =
                new LeaveGroupResponseData().setErrorCode(Errors.UNKNOWN_MEMBER_ID.code());
        assertThat(in(ofOldVersions, (short) 2)).containsExactly(Map.entry(Errors.UNKNOWN_MEMBER_ID, 1));
    }

    @Test
    void eachPartitionsErrorCounts() {
        ProduceResponseData.TopicProduceResponse topic = new ProduceResponseData.TopicProduceResponse()
                .setPartitionResponses(List.of(
                        new ProduceResponseData.PartitionProduceResponse(),
                        new ProduceResponseData.PartitionProduceResponse()
                                .setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code()),
                        new ProduceResponseData.PartitionProduceResponse()
                                .setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())));
        ProduceResponseData produced = new ProduceResponseData();
        produced.responses().add(topic);
        assertThat(in(produced, (short) 9)).containsExactly(Map.entry(Errors.NOT_LEADER_OR_FOLLOWER, 2));

        FetchResponseData fetched = new FetchResponseData()
                .setErrorCode(Errors.FETCH_SESSION_ID_NOT_FOUND.code())
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setPartitions(List.of(new FetchResponseData.PartitionData()
                                .setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code())))));
        assertThat(in(fetched, (short) 12))
                .containsOnly(
                        Map.entry(Errors.FETCH_SESSION_ID_NOT_FOUND, 1), Map.entry(Errors.OFFSET_OUT_OF_RANGE, 1));
    }

    @Test
    void errorsOfShareGroupsCountAsInKafka() {
        short failed = Errors.INVALID_RECORD_STATE.code();
        ShareFetchResponseData fetched =
                new ShareFetchResponseData().setErrorCode(Errors.SHARE_SESSION_NOT_FOUND.code());
        fetched.responses()
                .add(new ShareFetchResponseData.ShareFetchableTopicResponse()
                        .setPartitions(List.of(
                                new ShareFetchResponseData.PartitionData(),
                                new ShareFetchResponseData.PartitionData().setErrorCode(failed))));
        ShareAcknowledgeResponseData acknowledged =
                new ShareAcknowledgeResponseData().setErrorCode(Errors.SHARE_SESSION_NOT_FOUND.code());
        acknowledged
                .responses()
                .add(new ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse()
                        .setPartitions(List.of(
                                new ShareAcknowledgeResponseData.PartitionData(),
                                new ShareAcknowledgeResponseData.PartitionData().setErrorCode(failed))));
        Map<Errors, Integer> counted = new EnumMap<>(new ShareAcknowledgeResponse(acknowledged).errorCounts());
        counted.remove(Errors.NONE);
        assertThat(counted).hasSize(2);
        assertThat(in(acknowledged, (short) 1)).isEqualTo(counted);
        assertThat(in(fetched, (short) 1)).isEqualTo(counted);
    }

    /** A client may name it so. */
    @Test
    void aResourceThatIsThereTwiceIsNoFailure() {
        AlterConfigsResponseData altered = new AlterConfigsResponseData();
        for (int i = 0; i < 2; i++) {
            altered.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceName("same")
                            .setErrorCode(Errors.INVALID_REQUEST.code()));
        }
        assertThat(in(altered, (short) 2)).containsExactly(Map.entry(Errors.INVALID_REQUEST, 2));
    }

    @Test
    void otherAnswersTellTheirsByKafkasOwnClasses() {
        short code = Errors.UNKNOWN_MEMBER_ID.code();
        assertThat(in(new HeartbeatResponseData().setErrorCode(code), (short) 4))
                .containsExactly(Map.entry(Errors.UNKNOWN_MEMBER_ID, 1));
        assertThat(in(new JoinGroupResponseData().setErrorCode(code), (short) 9))
                .containsExactly(Map.entry(Errors.UNKNOWN_MEMBER_ID, 1));
        assertThat(in(new HeartbeatResponseData(), (short) 4)).isEmpty();
    }
}
