// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ExperimentResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the report of an experiment: one page with charts. Stateless. */
public final class ReportPage {
    private static final String FILE = "report.html";

    private ReportPage() {}

    /**
     * Writes {@code report.html}; an earlier one is replaced. The same result gives the same bytes.
     *
     * @param directory where to; it exists
     * @param result what the page draws
     * @return the page's file
     * @throws IOException if the file cannot be written
     */
    public static Path write(Path directory, ExperimentResult result) throws IOException {
        PageData data = PageData.of(result, true);
        return Files.writeString(
                directory.resolve(FILE), PageTemplate.page(result.about().name(), data, "report.js"));
    }
}
