// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.varve.build.browser.BrowserTab;
import io.varve.build.browser.Chromium;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.ResultFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at the pages at the widths of screens, and zooms. Skipped only without a browser, never in CI. */
class PageLayoutTest {
    private static final String GRID = "min.cleanable.dirty.ratio=0.5 segment.bytes=";
    private static final String LONG = "a-name-" + "without-end-".repeat(12);

    @TempDir
    private static Path files;

    private static Chromium browser;
    private static Path page;
    private static Path grid;
    private static Path comparison;

    @BeforeAll
    static void writeAReportWithALongName() throws IOException {
        Optional<Path> command = Chromium.command();
        assumeTrue(command.isPresent() || System.getenv("CI") != null, "there is no Chromium on the PATH");
        browser = Chromium.start(command.orElseThrow(), Files.createDirectory(files.resolve("profile")));
        page = write("keep", "drop <b>", LONG);
        grid = write(GRID + "1MiB", GRID + "16MiB");
        ExperimentResult result = result("keep", LONG);
        comparison = files.resolve("compare.html");
        new ComparePage("out/a", result, "out/b", result).write(comparison, MatchedResults.of(result, result));
    }

    private static ExperimentResult result(String... names) {
        List<PolicyResult> policies = new ArrayList<>();
        for (String name : names) {
            policies.add(DrawnResult.policy(name, policies.size() + 1, 48, 24, true));
        }
        return DrawnResult.result(48, policies);
    }

    private static Path write(String... names) throws IOException {
        Path directory = files.resolve(String.valueOf(names.length));
        ResultFiles.write(directory, result(names));
        return ReportPage.write(directory, result(names));
    }

    @AfterAll
    static void end() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    /** Returns the texts in the table of policies that are not wholly within it and the window. */
    private static List<String> cutOff(BrowserTab tab) {
        List<String> texts = new ArrayList<>();
        tab.evaluate("""
                [...document.querySelectorAll('#policies td, #policies th, #policies dt, #policies dd, #policies h3, .check')]
                  .filter(one => {
                    const box = one.getBoundingClientRect();
                    const place = document.querySelector('#policies').getBoundingClientRect();
                    return one.scrollWidth > one.clientWidth + 1 && one.clientWidth
                      || box.left < place.left - 1 || box.right > place.right + 1
                      || place.right > document.documentElement.clientWidth;
                  }).map(one => one.innerText)""").forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String form(BrowserTab tab) {
        return tab.has("#policies .card") ? "cards" : tab.has("#policies .below") ? "below" : "beside";
    }

    private static void assertWhole(BrowserTab tab) {
        assertThat(cutOff(tab)).isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        .asInt())
                .isZero();
        assertThat(tab.errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1280, beside", "1024, below", "768, cards", "600, cards", "390, cards", "320, cards"})
    void cutsNoNumberOff(int width, String form) {
        BrowserTab tab = browser.open(width, 900);
        tab.load(grid);
        assertThat(form(tab)).isEqualTo(form);
        assertWhole(tab);
        assertThat(tab.text("#policies"))
                .contains(GRID + "1MiB", "$180.00", "$360.00", "48 GiB", "96 GiB", "1 d", "138 ms", "1,300", "130")
                .contains("oldest record >= 2d: it is 1 d");
        assertThat(tab.text("#cost .legend").split("\\s+")).containsExactly("1MiB", "16MiB");
        assertThat(tab.text("main")).contains("Policies are named by segment.bytes.");
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1024, 768, 390})
    void breaksALongName(int width) {
        for (Path each : List.of(page, comparison)) {
            BrowserTab tab = browser.open(width, 900);
            tab.load(each);
            assertWhole(tab);
            assertThat(tab.text("#policies")).contains("keep", LONG, "$180.00", "48 GiB", "1,300", "1 d");
        }
    }

    @Test
    void laysTheTableOutAgainForAnotherWidthAndForPaper() {
        BrowserTab tab = browser.open(1280, 900);
        tab.load(grid);
        tab.resize(1024, 900);
        tab.drawn();
        tab.drawn();
        assertThat(form(tab)).isEqualTo("below");
        assertThat(cutOff(tab)).isEmpty();
        tab.evaluate("dispatchEvent(new Event('beforeprint'))");
        tab.drawn();
        assertThat(tab.evaluate("document.querySelector('#policies').clientWidth")
                        .asInt())
                .isEqualTo(690);
        assertThat(cutOff(tab)).isEmpty();
        tab.evaluate("dispatchEvent(new Event('afterprint'))");
        tab.resize(1280, 900);
        tab.drawn();
        tab.drawn();
        assertThat(form(tab)).isEqualTo("beside");
        assertThat(tab.errors()).isEmpty();
    }

    /** Returns from where to where each chart shows the time, in hours since the run's start. */
    private static List<double[]> shown(BrowserTab tab) {
        List<double[]> shown = new ArrayList<>();
        JsonNode scales = tab.evaluate("Page.charts.map(chart => [chart.u.scales.x.min, chart.u.scales.x.max])");
        scales.forEach(scale -> shown.add(new double[] {
            (scale.get(0).asDouble() - DrawnResult.START) / DrawnResult.HOUR,
            (scale.get(1).asDouble() - DrawnResult.START) / DrawnResult.HOUR
        }));
        assertThat(shown).hasSizeGreaterThan(8);
        return shown;
    }

    private static void assertShown(BrowserTab tab, double from, double to, double tolerance) {
        assertThat(shown(tab)).allSatisfy(range -> {
            assertThat(range[0]).isCloseTo(from, within(tolerance));
            assertThat(range[1]).isCloseTo(to, within(tolerance));
        });
    }

    /** The samples' charts begin with the first sample, an hour after the run's start. */
    private static void assertAllShown(BrowserTab tab) {
        assertShown(tab, 0.5, 48, 0.5);
        assertThat(tab.text("#zoom .part")).isEqualTo("all");
    }

    /** Returns where a chart has an hour of the run, in pixels from its left edge. */
    private static double at(BrowserTab tab, double hour) {
        return tab.evaluate("Page.charts.find(chart => chart.options.id === 'cost').u.valToPos("
                        + (DrawnResult.START + hour * DrawnResult.HOUR) + ", 'x')")
                .asDouble();
    }

    @Test
    void zoomsAllChartsByDraggingAndBackByADoubleClick() {
        BrowserTab tab = browser.open(1280, 900);
        tab.load(page);
        assertAllShown(tab);
        tab.drag("#cost .u-over", at(tab, 12), 60, at(tab, 24));
        assertShown(tab, 12, 24, 0.2);
        assertThat(tab.text("#zoom .part")).matches("1 Jun (11:5\\d|12:0\\d) – (1 Jun 23:5\\d|2 Jun 00:0\\d)");
        tab.evaluate("policy.value = '1'; policy.dispatchEvent(new Event('change'))");
        tab.prefer("dark");
        tab.drawn();
        assertShown(tab, 12, 24, 0.2);
        tab.doubleClick("#cost .u-over", 50, 60);
        assertAllShown(tab);
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void zoomsAndMovesByButtons() {
        BrowserTab tab = browser.open(1280, 900);
        tab.load(page);
        tab.evaluate("document.querySelector('#zoom [aria-label=\"show less of the time\"]').click()");
        tab.drawn();
        assertShown(tab, 12, 36, 0.1);
        tab.evaluate("document.querySelector('#zoom [aria-label=later]').click()");
        tab.drawn();
        assertShown(tab, 24, 48, 0.1);
        assertThat(tab.evaluate("document.querySelector('#zoom [aria-label=later]').disabled")
                        .asBoolean())
                .isTrue();
        tab.evaluate("document.querySelector('#zoom [aria-label=\"show the whole time\"]').click()");
        tab.drawn();
        assertAllShown(tab);
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void zoomsByPinchingAndMovesByOneFinger() {
        BrowserTab tab = browser.open(390, 844);
        tab.load(page);
        assertThat(tab.text("main")).contains("Pinch a chart to zoom");
        double[] twice = {at(tab, 1), at(tab, 48)};
        tab.swipe("#cost .u-over", 60, new double[] {at(tab, 20), at(tab, 30)}, twice);
        assertShown(tab, 20, 30, 1);
        // Ten hours are as wide as the chart: half of it is five hours.
        tab.swipe("#cost .u-over", 60, new double[] {at(tab, 22)}, new double[] {at(tab, 27)});
        assertShown(tab, 15, 25, 1);
        tab.tapUntil("!document.querySelector('#cost .tip').hidden", "#cost .u-over", at(tab, 20), 60);
        assertShown(tab, 15, 25, 1);
        assertThat(tab.text("#cost .tip")).contains("2026-06-01 20:00 UTC", "keep", "$5.00");
        double middle = at(tab, 20);
        double[] together = {middle - 10, middle + 10};
        tab.swipe("#cost .u-over", 60, new double[] {at(tab, 16), at(tab, 24)}, together);
        assertAllShown(tab);
        assertThat(tab.errors()).isEmpty();
    }
}
