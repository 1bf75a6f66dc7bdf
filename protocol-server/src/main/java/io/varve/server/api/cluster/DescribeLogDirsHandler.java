// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.core.log.PartitionLog;
import io.varve.core.spi.StorageException;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Describes the data directories: their total and free space, and the sizes of the partitions in them
 * (KIP-113, KIP-827). Runs on a worker thread.
 */
public final class DescribeLogDirsHandler implements ApiHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DescribeLogDirsHandler.class);

    private final Topics topics;
    private final LogDirectories directories;

    /**
     * @param topics finds topics and their logs
     * @param directories {@code log.dirs}
     */
    public DescribeLogDirsHandler(Topics topics, List<Path> directories) {
        this.topics = topics;
        this.directories = new LogDirectories(directories);
    }

    @Override
    public CompletionStage<DescribeLogDirsResponseData> handle(Request request) {
        DescribeLogDirsRequestData asked =
                (DescribeLogDirsRequestData) request.body().data();
        return CompletableFuture.completedFuture(describe(asked));
    }

    private DescribeLogDirsResponseData describe(DescribeLogDirsRequestData asked) {
        Map<Path, Map<String, List<DescribeLogDirsPartition>>> found = new HashMap<>();
        for (PartitionLog log : wanted(asked)) {
            try {
                found.computeIfAbsent(directories.of(log), path -> new TreeMap<>())
                        .computeIfAbsent(log.id().topic(), name -> new ArrayList<>())
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(log.id().partition())
                                .setPartitionSize(log.sizeInBytes()));
            } catch (StorageException e) {
                LOG.debug("{} was deleted while it was described", log.id(), e);
            }
        }
        DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
        for (Path path : directories.paths()) {
            DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(path.toString());
            setSpace(path, result);
            found.getOrDefault(path, Map.of())
                    .forEach((name, partitions) -> result.topics()
                            .add(new DescribeLogDirsTopic().setName(name).setPartitions(partitions)));
            response.results().add(result);
        }
        return response;
    }

    /** @return the existing partitions among those of the request; all partitions when it names none */
    private Collection<PartitionLog> wanted(DescribeLogDirsRequestData asked) {
        if (asked.topics() == null) {
            return topics.all().stream().flatMap(topic -> topic.open().stream()).toList();
        }
        Map<String, PartitionLog> logs = new LinkedHashMap<>();
        for (DescribableLogDirTopic wanted : asked.topics()) {
            Topic topic = topics.byName(wanted.topic());
            for (int partition : wanted.partitions()) {
                PartitionLog log = Topic.log(topic, partition);
                if (log != null) {
                    logs.put(log.id().toString(), log);
                }
            }
        }
        return logs.values();
    }

    private static void setSpace(Path path, DescribeLogDirsResult result) {
        File directory = path.toFile();
        long total = directory.getTotalSpace();
        if (total > 0) { // else the response keeps -1, for unknown
            result.setTotalBytes(total).setUsableBytes(directory.getUsableSpace());
        }
    }
}
