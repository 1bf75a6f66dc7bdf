// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRefusal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiKeys;

/** The groups that the caller may see, with their lag; one of them with its members and partitions. */
final class GroupsContent {
    /** Max number of groups whose lag is looked up for the list. */
    private static final int MAX_LAGS = 500;

    private static final String SHARE = "share";
    private static final int NOT_FOUND = 404;

    private GroupsContent() {}

    /** {@code /api/groups}. */
    static void all(HttpCall call, OwnRequests server, ObjectNode answer) {
        List<ListedGroup> groups = listed(server);
        List<ListedGroup> measured = groups.stream().limit(MAX_LAGS).toList();
        GroupOffsets offsets = GroupOffsets.of(server, ids(measured, false), ids(measured, true));
        ArrayNode array = answer.putArray("groups");
        for (ListedGroup group : groups) {
            ObjectNode node = array.addObject()
                    .put("id", group.groupId())
                    .put("type", group.groupType())
                    .put("state", group.groupState())
                    .put("protocol", group.protocolType());
            if (offsets.done().containsKey(group.groupId())) {
                node.put("lag", offsets.lag(group.groupId()))
                        .put("gone", offsets.gone(group.groupId()))
                        .put("partitions", offsets.done().get(group.groupId()).size());
            }
        }
    }

    private static List<ListedGroup> listed(OwnRequests server) {
        ListGroupsResponseData response =
                server.ask(ApiKeys.LIST_GROUPS, new ListGroupsRequestData(), ListGroupsResponseData.class);
        JsonRoute.check(response.errorCode());
        return response.groups().stream()
                .sorted(Comparator.comparing(ListedGroup::groupId))
                .toList();
    }

    private static List<String> ids(List<ListedGroup> groups, boolean sharing) {
        return groups.stream()
                .filter(group -> isShare(group) == sharing)
                .map(ListedGroup::groupId)
                .toList();
    }

    private static boolean isShare(ListedGroup group) {
        return group.groupType().equalsIgnoreCase(SHARE);
    }

    /** {@code /api/group?group=ID}. */
    static void one(HttpCall call, OwnRequests server, ObjectNode answer) {
        String id = JsonRoute.required(call, "group");
        ListedGroup group = listed(server).stream()
                .filter(each -> each.groupId().equals(id))
                .findFirst()
                .orElseThrow(() -> new HttpRefusal(NOT_FOUND, "there is no such group"));
        answer.put("id", id)
                .put("type", group.groupType())
                .put("state", group.groupState())
                .put("protocol", group.protocolType());
        List<GroupMember> members = GroupMember.of(server, id, group.groupType());
        Map<TopicPartition, String> owners =
                new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
        ArrayNode array = answer.putArray("members");
        for (GroupMember member : members) {
            ObjectNode node = array.addObject()
                    .put("id", member.id())
                    .put("clientId", member.clientId())
                    .put("host", member.host())
                    .put("tasks", member.tasks());
            node.put("partitions", member.partitions().size());
            member.partitions().forEach(partition -> owners.put(partition, member.id()));
        }
        GroupOffsets offsets = isShare(group)
                ? GroupOffsets.of(server, List.of(), List.of(id))
                : GroupOffsets.of(server, List.of(id), List.of());
        writePartitions(id, owners, offsets, answer.putArray("partitions"));
        answer.put("lag", offsets.lag(id)).put("gone", offsets.gone(id));
    }

    private static void writePartitions(
            String group, Map<TopicPartition, String> owners, GroupOffsets offsets, ArrayNode array) {
        Map<TopicPartition, Long> done = offsets.done().getOrDefault(group, Map.of());
        done.keySet().forEach(partition -> owners.putIfAbsent(partition, ""));
        owners.forEach((partition, owner) -> {
            ObjectNode node = array.addObject()
                    .put("topic", partition.topic())
                    .put("partition", partition.partition())
                    .put("member", owner);
            if (done.containsKey(partition)) {
                node.put("offset", done.get(partition));
            }
            if (offsets.ends().containsKey(partition)) {
                node.put("end", offsets.ends().get(partition));
            }
            long lag = offsets.lag(group, partition);
            if (lag >= 0) {
                node.put("lag", lag).put("gone", offsets.gone(group, partition));
            }
        });
    }
}
