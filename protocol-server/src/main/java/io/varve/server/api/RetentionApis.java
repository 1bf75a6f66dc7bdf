// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.engine.LogEngine;
import io.varve.server.api.cluster.DescribeLogDirsHandler;
import io.varve.server.api.config.RetentionQuestions;
import io.varve.server.api.config.TopicQuestions;
import io.varve.server.api.topic.DeleteRecordsHandler;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.topic.Topics;
import java.nio.file.Path;
import java.util.List;

/** The APIs about what is kept. */
public final class RetentionApis {
    private RetentionApis() {}

    /**
     * @param topics finds the logs
     * @param engine deletes
     * @param directories {@code log.dirs}
     * @return handlers of DeleteRecords and DescribeLogDirs
     */
    public static List<ApiHandler> handlers(Topics topics, LogEngine engine, List<Path> directories) {
        return List.of(new DeleteRecordsHandler(topics, engine), new DescribeLogDirsHandler(topics, directories));
    }

    /**
     * @param topics finds the logs
     * @param definitions says what settings mean
     * @param engine explains
     * @return answers questions about retention
     */
    public static TopicQuestions questions(Topics topics, TopicConfigs definitions, LogEngine engine) {
        return new RetentionQuestions(topics, definitions, engine);
    }
}
