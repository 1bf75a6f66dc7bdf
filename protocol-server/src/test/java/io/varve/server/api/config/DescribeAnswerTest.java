// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class DescribeAnswerTest {
    private static final int LENGTH = 1_000;

    private final List<String> described = new ArrayList<>();

    private static DescribeConfigsResource resource(String name, List<String> keys) {
        return new DescribeConfigsResource().setResourceName(name).setConfigurationKeys(keys);
    }

    private List<DescribeConfigsResult> answer(long maxSize, List<DescribeConfigsResource> asked) {
        return new DescribeAnswer(maxSize).of(asked, this::describe).join().results();
    }

    private CompletableFuture<DescribeConfigsResult> describe(DescribeConfigsResource resource) {
        described.add(resource.resourceName() + resource.configurationKeys());
        DescribeConfigsResult result = DescribeAnswer.resultFor(resource);
        result.configs().add(new DescribeConfigsResourceResult().setValue("x".repeat(LENGTH)));
        return CompletableFuture.completedFuture(result);
    }

    @Test
    void aResourceThatIsNamedTwiceIsDescribedOnce() {
        List<DescribeConfigsResult> results = answer(
                Long.MAX_VALUE,
                List.of(
                        resource("a", null),
                        resource("b", List.of("k", "l")),
                        resource("a", null),
                        resource("b", List.of("kl"))));
        assertThat(described).containsExactly("anull", "b[k, l]", "b[kl]");
        assertThat(results).hasSize(4);
        assertThat(results.get(2)).isSameAs(results.get(0));
    }

    @Test
    void anAnswerIsLimitedHoweverItGrows() {
        List<DescribeConfigsResource> same = Collections.nCopies(100, resource("a", null));
        List<DescribeConfigsResource> different =
                IntStream.range(0, 100).mapToObj(i -> resource("b" + i, null)).toList();
        for (List<DescribeConfigsResource> asked : List.of(same, different)) {
            List<DescribeConfigsResult> results = answer(10 * LENGTH, asked);
            assertThat(results)
                    .extracting(DescribeConfigsResult::resourceName)
                    .containsExactlyElementsOf(asked.stream()
                            .map(DescribeConfigsResource::resourceName)
                            .toList());
            assertThat(results.subList(0, 10)).allMatch(result -> result.errorCode() == 0);
            assertThat(results.subList(10, 100))
                    .allMatch(result -> result.errorCode() == Errors.INVALID_REQUEST.code()
                            && result.configs().isEmpty());
        }
        assertThat(described).hasSize(11);
    }
}
