// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * Assembles answers of DescribeConfigs. A resource is described once, however often a request names it; each
 * mention is answered, as Kafka does, until the answer is too large.
 *
 * @param maxSize number of characters of an answer, about, after which the other resources are refused
 */
record DescribeAnswer(long maxSize) {
    /** Describes more topics than a server has, without their documentation. */
    static final DescribeAnswer LIMITED = new DescribeAnswer(128 << 20);

    private static final int SETTING_OVERHEAD = 16;

    /**
     * @param resources what is asked for
     * @param describe describes one resource
     * @return completes with the answer, in the order of the request; fails as one of the descriptions does
     */
    CompletableFuture<DescribeConfigsResponseData> of(
            List<DescribeConfigsResource> resources,
            Function<DescribeConfigsResource, CompletableFuture<DescribeConfigsResult>> describe) {
        Map<String, CompletableFuture<DescribeConfigsResult>> described = new HashMap<>();
        List<CompletableFuture<DescribeConfigsResult>> mentions = new ArrayList<>();
        long size = 0;
        for (DescribeConfigsResource resource : resources) {
            String key = key(resource);
            CompletableFuture<DescribeConfigsResult> result = described.get(key);
            if (result == null) {
                result = size > maxSize
                        ? CompletableFuture.completedFuture(tooLarge(resource))
                        : describe.apply(resource);
                described.put(key, result);
                size += result.isDone() && !result.isCompletedExceptionally() ? size(result.join()) : 0;
            }
            mentions.add(result);
        }
        return CompletableFuture.allOf(described.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> assembled(resources, mentions));
    }

    /** A text, because equal hash codes are no harm to a table of texts. */
    private static String key(DescribeConfigsResource resource) {
        StringBuilder key = new StringBuilder().append(resource.resourceType());
        append(resource.resourceName(), key);
        if (resource.configurationKeys() != null) {
            resource.configurationKeys().forEach(each -> append(each, key));
        }
        return key.toString();
    }

    private static void append(String part, StringBuilder key) {
        key.append(' ').append(part.length()).append(':').append(part);
    }

    private DescribeConfigsResponseData assembled(
            List<DescribeConfigsResource> resources, List<CompletableFuture<DescribeConfigsResult>> mentions) {
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        long size = 0;
        for (int i = 0; i < mentions.size(); i++) {
            if (size > maxSize) {
                response.results().add(tooLarge(resources.get(i)));
            } else {
                DescribeConfigsResult result = mentions.get(i).join();
                response.results().add(result);
                size += size(result);
            }
        }
        return response;
    }

    private static DescribeConfigsResult tooLarge(DescribeConfigsResource resource) {
        return resultFor(resource)
                .setErrorCode(Errors.INVALID_REQUEST.code())
                .setErrorMessage("The answer has become too large: describe fewer resources in one request.");
    }

    static DescribeConfigsResult resultFor(DescribeConfigsResource resource) {
        return new DescribeConfigsResult()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName());
    }

    private static long size(DescribeConfigsResult result) {
        long size = SETTING_OVERHEAD + length(result.resourceName()) + length(result.errorMessage());
        for (DescribeConfigsResourceResult setting : result.configs()) {
            size += SETTING_OVERHEAD
                    + length(setting.name())
                    + length(setting.value())
                    + length(setting.documentation());
            for (DescribeConfigsResponseData.DescribeConfigsSynonym synonym : setting.synonyms()) {
                size += length(synonym.name()) + length(synonym.value());
            }
        }
        return size;
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }
}
