// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ExperimentResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a page that draws the policies of two results over each other.
 *
 * @param firstName what the first result is called, such as its directory
 * @param first the first result
 * @param secondName what the second result is called
 * @param second the second result
 */
public record ComparePage(String firstName, ExperimentResult first, String secondName, ExperimentResult second) {
    /** Holds what the page draws. */
    private record Data(
            String firstName,
            PageData first,
            String secondName,
            PageData second,
            List<String> names,
            List<String> onlyFirst,
            List<String> onlySecond,
            List<String> differences) {}

    /**
     * Writes the page; an earlier one is replaced.
     *
     * @param file where to; its directory exists
     * @param matched the two results, policy by policy
     * @throws IOException if the file cannot be written
     */
    public void write(Path file, MatchedResults matched) throws IOException {
        Data data = new Data(
                firstName,
                PageData.of(first, false),
                secondName,
                PageData.of(second, false),
                matched.pairs().stream().map(MatchedResults.PolicyPair::name).toList(),
                matched.onlyFirst(),
                matched.onlySecond(),
                matched.differences());
        Files.writeString(file, PageTemplate.page(firstName + " and " + secondName, data, "compare.js"));
    }
}
