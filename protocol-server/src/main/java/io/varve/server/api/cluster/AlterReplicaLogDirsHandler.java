// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.core.log.PartitionLog;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterReplicaLogDirsRequest;

/**
 * Moves partitions between data directories: to the one a partition is in, which changes nothing. A partition
 * stays in the directory it was made in, so other moves are refused with INVALID_REQUEST.
 */
public final class AlterReplicaLogDirsHandler implements ApiHandler {
    private final Topics topics;
    private final LogDirectories directories;

    /**
     * @param topics finds topics and their logs
     * @param directories {@code log.dirs}
     */
    public AlterReplicaLogDirsHandler(Topics topics, List<Path> directories) {
        this.topics = topics;
        this.directories = new LogDirectories(directories);
    }

    @Override
    public CompletionStage<AlterReplicaLogDirsResponseData> handle(Request request) {
        AlterReplicaLogDirsRequestData asked = ((AlterReplicaLogDirsRequest) request.body()).data();
        Map<String, List<AlterReplicaLogDirPartitionResult>> results = new LinkedHashMap<>();
        for (AlterReplicaLogDir directory : asked.dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                for (int partition : topic.partitions()) {
                    results.computeIfAbsent(topic.name(), name -> new ArrayList<>())
                            .add(new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(partition)
                                    .setErrorCode(outcome(directory.path(), topics.log(topic.name(), partition))
                                            .code()));
                }
            }
        }
        AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
        results.forEach((name, partitions) -> response.results()
                .add(new AlterReplicaLogDirTopicResult().setTopicName(name).setPartitions(partitions)));
        return CompletableFuture.completedFuture(response);
    }

    private Errors outcome(String path, PartitionLog log) {
        Path wanted = directories.paths().stream()
                .filter(directory -> directory.toString().equals(path))
                .findFirst()
                .orElse(null);
        if (wanted == null) {
            return Errors.LOG_DIR_NOT_FOUND;
        }
        if (log == null) {
            return Errors.REPLICA_NOT_AVAILABLE;
        }
        return wanted.equals(directories.of(log)) ? Errors.NONE : Errors.INVALID_REQUEST;
    }
}
