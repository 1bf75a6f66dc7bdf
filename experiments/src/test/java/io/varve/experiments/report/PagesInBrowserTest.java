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
import io.varve.experiments.result.ReadSample;
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

/** Looks at the pages in a browser. Skipped only where there is none, and never in CI. */
class PagesInBrowserTest {
    @TempDir
    private static Path files;

    private static Chromium browser;
    private static Path page;

    @BeforeAll
    static void openTheReportOfATieredRun() throws IOException {
        Optional<Path> command = Chromium.command();
        assumeTrue(command.isPresent() || System.getenv("CI") != null, "there is no Chromium on the PATH");
        browser = Chromium.start(command.orElseThrow(), Files.createDirectory(files.resolve("profile")));
        page = write("tiered", DrawnResult.tiered());
    }

    @AfterAll
    static void end() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path write(String name, ExperimentResult result) throws IOException {
        Path directory = files.resolve(name);
        ResultFiles.write(directory, result);
        return ReportPage.write(directory, result);
    }

    private static BrowserTab open(Path page) {
        BrowserTab tab = browser.open(1200, 900);
        tab.load(page);
        return tab;
    }

    /** Reads a column of the rows that begin with a pattern, without the page's own code. */
    private static List<Double> csv(String file, String begin, int column) throws IOException {
        List<Double> values = new ArrayList<>();
        for (String line : Files.readAllLines(page.resolveSibling(file))) {
            if (line.matches(begin + ".*")) {
                String cell = line.split(",", -1)[column];
                values.add(cell.isEmpty() ? null : Double.valueOf(cell));
            }
        }
        assertThat(values).isNotEmpty();
        return values;
    }

    private static List<Double> drawn(BrowserTab tab, String chart, int line) {
        List<Double> values = new ArrayList<>();
        JsonNode found =
                tab.evaluate("Page.charts.find(chart => chart.options.id === '" + chart + "').values[" + line + "]");
        found.forEach(value -> values.add(value.isNull() ? null : value.asDouble()));
        return values;
    }

    /** Counts a chart's pixels that are near one of the colours. */
    private static int pixels(BrowserTab tab, String chart, String... colours) {
        return tab.evaluate("""
                (() => {
                  const colours = %s.map(name => Page.colour(name).match(/[0-9a-f]{2}/gi).map(part => parseInt(part, 16)));
                  const canvas = document.querySelector('#%s canvas');
                  const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                  let found = 0;
                  for (let i = 0; i < all.length; i += 4) {
                    if (colours.some(c => [0, 1, 2].every(n => Math.abs(all[i + n] - c[n]) < 24)) && all[i + 3] > 200) found++;
                  }
                  return found;
                })()""".formatted("['" + String.join("','", colours) + "']", chart))
                .asInt();
    }

    @Test
    void drawsEveryChartAndFetchesNothing() {
        BrowserTab tab = open(page);
        assertThat(tab.text("h1")).isEqualTo("two </script> days");
        assertThat(tab.text(".note")).isEqualTo("a <note>");
        for (String chart : List.of(
                "local-bytes", "remote-bytes", "oldest-record", "cost", "backlog", "write-amplification", "misses")) {
            assertThat(pixels(tab, chart, "--c1")).as(chart + ", first policy").isGreaterThan(40);
            assertThat(pixels(tab, chart, "--c2")).as(chart + ", second policy").isGreaterThan(40);
        }
        for (String chart : List.of("requests", "costs-over-time")) {
            assertThat(pixels(tab, chart, "--c4")).as(chart + ", GET").isGreaterThan(100);
            assertThat(pixels(tab, chart, "--c3")).as(chart + ", PUT").isGreaterThan(100);
        }
        assertThat(pixels(tab, "read-latency", "--c3", "--remote")).isGreaterThan(100);
        assertThat(pixels(tab, "read-bytes", "--c3")).isGreaterThan(100);
        assertThat(pixels(tab, "read-bytes", "--remote")).isGreaterThan(100);
        assertThat(pixels(tab, "lag", "--c2")).isGreaterThan(40);
        for (String stage : List.of("--writing", "--local", "--both", "--remote")) {
            assertThat(pixels(tab, "segments", stage)).as(stage).isGreaterThan(100);
        }
        assertThat(tab.text("#costs")).contains("keep", "$12.48", "drop <b>", "$22.52", "bucket", "PUT");
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).containsExactly(page.toUri().toString());
    }

    @Test
    void drawsTheNumbersOfTheCsvFiles() throws IOException {
        BrowserTab tab = open(page);
        assertThat(drawn(tab, "local-bytes", 0)).isEqualTo(csv("samples.csv", "keep,", 2));
        assertThat(drawn(tab, "local-bytes", 1)).isEqualTo(csv("samples.csv", "drop <b>,", 2));
        assertThat(drawn(tab, "remote-bytes", 0)).isEqualTo(csv("samples.csv", "keep,", 3));
        assertThat(drawn(tab, "oldest-record", 0))
                .isEqualTo(csv("samples.csv", "keep,", 6))
                .startsWith((Double) null);
        assertThat(drawn(tab, "backlog", 0)).isEqualTo(csv("samples.csv", "keep,", 7));
        assertThat(drawn(tab, "cost", 1)).isEqualTo(csv("samples.csv", "drop <b>,", 8));
        assertThat(drawn(tab, "write-amplification", 0)).containsOnly(1.25);
        assertThat(drawn(tab, "requests", 0)).isEqualTo(csv("requests.csv", "keep,\\d+,GET,", 3));
        assertThat(drawn(tab, "requests", 1)).isEqualTo(csv("requests.csv", "keep,\\d+,PUT,", 3));
        assertThat(drawn(tab, "read-latency", 0)).isEqualTo(csv("reads.csv", "keep,billing,", 7));
        assertThat(drawn(tab, "lag", 1)).isEqualTo(csv("reads.csv", "keep,nightly,", 9));
    }

    @Test
    void costsByKindAddUpToTheCostOfASample() throws IOException {
        BrowserTab tab = open(page);
        List<Double> sums = new ArrayList<>();
        tab.evaluate("Page.charts.find(chart => chart.options.id === 'costs-over-time').drawn[2]")
                .forEach(value -> sums.add(value.asDouble()));
        List<Double> costs = csv("samples.csv", "keep,", 8);
        for (int i = 0; i < costs.size(); i++) {
            assertThat(sums.get(i)).isCloseTo(costs.get(i), within(1e-9));
        }
        assertThat(drawn(tab, "costs-over-time", 1).get(47)).isCloseTo(48 * 0.01, within(1e-9));
    }

    @Test
    void showsNumbersUnderTheMouse() {
        BrowserTab tab = open(page);
        double noon = at(tab, "local-bytes", 12);
        tab.hover("#local-bytes .u-over", noon, 60);
        assertThat(tab.text("#local-bytes .tip"))
                .contains("2026-06-01 12:00 UTC", "keep", "12 GiB", "drop <b>", "24 GiB");
        tab.hover("#requests .u-over", at(tab, "requests", 12), 60);
        assertThat(tab.text("#requests .tip")).contains("GET", "5", "PUT", "12", "all", "17");
        tab.hover("#costs .bar", 20, 10);
        assertThat(tab.text("#costs .tip")).contains("keep", "local disk", "$10.04", "all", "$12.48");
        tab.hover("#misses .u-over", at(tab, "misses", 31), 20);
        assertThat(tab.text("#misses .tip")).contains("keep, nightly", "orders-1", "90 records");
        assertThat(tab.evaluate("document.querySelector('#local-bytes .tip').hidden")
                        .asBoolean())
                .isTrue();
    }

    /** Returns where a chart has a sample, in pixels from its left edge. */
    private static double at(BrowserTab tab, String chart, int sample) {
        long time = DrawnResult.START + sample * DrawnResult.HOUR;
        return tab.evaluate("Page.charts.find(chart => chart.place.closest('figure').id === '" + chart
                        + "').u.valToPos(" + time + ", 'x')")
                .asDouble();
    }

    @Test
    void explainsTheSegmentThatIsClicked() {
        BrowserTab tab = open(page);
        tab.click("#segments .u-over", at(tab, "segments", 5), row(tab, 2));
        assertThat(tab.text("#segment"))
                .contains(
                        "orders-0, offsets 200 to 299, 1 GiB, lived 8 h",
                        "created 2026-06-01 02:00 UTC → sealed 2026-06-01 03:00 UTC → in the bucket 2026-06-01 04:00 UTC",
                        "Went: its newest record is older than retention.ms=86400000 (1 d)");
        tab.click("#segments .u-over", at(tab, "segments", 40), row(tab, 20));
        assertThat(tab.text("#segment")).contains("offsets 2,000 to 2,099", "there at the end", "stays: active");
        tab.click("#segment button:last-child", 10, 5);
        assertThat(tab.text("#segment")).contains("offsets 2,100 to 2,199");
        assertThat(tab.errors()).isEmpty();
    }

    /** Returns where the segment's line is, in pixels from the chart's top edge. */
    private static double row(BrowserTab tab, int number) {
        return tab.evaluate("Page.charts.find(chart => chart.rowAt).u.valToPos(" + number + ", 'y')")
                .asDouble();
    }

    @Test
    void drawsThePolicyThatIsChosenAndHidesTheOneThatIsClicked() throws IOException {
        BrowserTab tab = open(page);
        tab.evaluate("policy.value = '1'; policy.dispatchEvent(new Event('change'))");
        tab.drawn();
        assertThat(tab.evaluate("Page.charts.filter(chart => chart.rowAt).length")
                        .asInt())
                .isEqualTo(1);
        assertThat(drawn(tab, "read-latency", 0)).isEqualTo(csv("reads.csv", "drop <b>,billing,", 7));
        tab.click("#cost .legend button:first-child", 5, 5);
        assertThat(pixels(tab, "local-bytes", "--c1")).isZero();
        assertThat(pixels(tab, "local-bytes", "--c2")).isGreaterThan(40);
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void leavesOutWhatThereIsNothingOf() throws IOException {
        BrowserTab tab = open(write("local", DrawnResult.local()));
        assertThat(tab.text("main"))
                .contains(
                        "No bytes in a bucket, no requests: this backend has none.",
                        "Write amplification is 1 for every policy: nothing was written again.",
                        "No consumer missed a record.");
        for (String chart : List.of("remote-bytes", "requests", "costs-over-time", "write-amplification", "misses")) {
            assertThat(tab.has("#" + chart)).as(chart).isFalse();
        }
        assertThat(pixels(tab, "read-latency", "--local")).isGreaterThan(40);
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void drawsReadsOfEveryTier() throws IOException {
        PolicyResult policy = DrawnResult.policy("keep", 1, 8, 4, true);
        List<ReadSample> reads = new ArrayList<>(policy.reads());
        for (ReadSample read : policy.reads()) {
            String tier = read.tier().equals("bucket") ? "cache" : "tape";
            reads.add(new ReadSample(read.policy(), "replay", read.timeMs(), tier, 1, DrawnResult.GIB, 3, 4, 0, 0));
        }
        PolicyResult more = new PolicyResult(
                policy.summary(), policy.samples(), policy.segments(), policy.requests(), reads, policy.misses());
        BrowserTab tab = open(write("tiers", DrawnResult.result(8, List.of(more))));
        assertThat(tab.evaluate(
                                "Page.charts.find(chart => chart.options.id === 'read-bytes').options.series.map(s => s.name)")
                        .toString())
                .isEqualTo("[\"memory\",\"cache\",\"bucket\",\"tape\"]");
        assertThat(tab.text("#read-latency .legend")).contains("cache, 99 %", "tape, half");
        for (String colour : List.of("--c3", "--c4", "--remote", "--c8")) {
            assertThat(pixels(tab, "read-bytes", colour)).as(colour).isGreaterThan(100);
        }
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void drawsNothingWhereNothingWasRead() throws IOException {
        PolicyResult policy = DrawnResult.policy("keep", 1, 24, 4, true);
        List<ReadSample> reads = policy.reads().stream()
                .filter(read -> read.timeMs() <= DrawnResult.START + 8 * DrawnResult.HOUR
                        || read.timeMs() > DrawnResult.START + 20 * DrawnResult.HOUR)
                .toList();
        PolicyResult paused = new PolicyResult(
                policy.summary(), policy.samples(), policy.segments(), policy.requests(), reads, policy.misses());
        BrowserTab tab = open(write("paused", DrawnResult.result(24, List.of(paused))));
        List<Double> bytes = drawn(tab, "read-bytes", 0);
        assertThat(bytes.subList(0, 8)).containsOnly(3.0 * DrawnResult.GIB);
        assertThat(bytes.subList(8, 20)).containsOnly(0.0);
        assertThat(bytes.subList(20, 24)).containsOnly(3.0 * DrawnResult.GIB);
    }

    @Test
    void drawsTwoResultsOverEachOther() throws IOException {
        ExperimentResult first = DrawnResult.tiered();
        ExperimentResult second = DrawnResult.result(
                24, List.of(DrawnResult.policy("keep", 2, 24, 12, true), DrawnResult.policy("new", 1, 24, 12, true)));
        Path compared = files.resolve("compare.html");
        new ComparePage("out/a", first, "out/b", second).write(compared, MatchedResults.of(first, second));
        BrowserTab tab = open(compared);
        assertThat(tab.text("#policies"))
                .contains("keep", "$180.00 → $360.00 +100.0 %", "48 GiB → 96 GiB +100.0 %", "24 GiB both")
                .contains("oldest record >= 2d: pass, 1 d → fail, 1 d");
        assertThat(tab.text("main")).contains("Only in out/a: drop <b>.", "Only in out/b: new.");
        assertThat(tab.text("#differences")).contains("hours of virtual time: 48.0 and 24.0");
        for (String chart : List.of("local-bytes", "remote-bytes", "oldest-record", "cost", "missed", "lag")) {
            assertThat(pixels(tab, chart, "--c1")).as(chart + ", first").isGreaterThan(40);
            assertThat(pixels(tab, chart, "--c2")).as(chart + ", second").isGreaterThan(20);
        }
        assertThat(drawn(tab, "local-bytes", 0)).isEqualTo(csv("samples.csv", "keep,", 2));
        tab.hover(
                "#local-bytes .u-over",
                tab.evaluate("Page.charts[0].u.valToPos(" + 12 * DrawnResult.HOUR + ", 'x')")
                        .asDouble(),
                60);
        assertThat(tab.text("#local-bytes .tip")).contains("after 12 h", "out/a", "12 GiB", "out/b", "24 GiB");
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).hasSize(1);
    }

    @Test
    void fitsAPhoneAndTurnsDark() {
        BrowserTab tab = browser.open(390, 844);
        tab.prefer("dark");
        tab.load(page);
        assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt()).isEqualTo(390);
        assertThat(tab.evaluate("getComputedStyle(document.body).backgroundColor")
                        .asText())
                .isEqualTo("rgb(18, 22, 28)");
        assertThat(tab.evaluate("Page.colour('--c1')").asText()).isEqualTo("#5fb2f7");
        assertThat(pixels(tab, "local-bytes", "--c1")).isGreaterThan(40);
        tab.prefer("light");
        tab.drawn();
        assertThat(tab.evaluate("Page.colour('--c1')").asText()).isEqualTo("#1467ad");
        assertThat(pixels(tab, "local-bytes", "--c1")).isGreaterThan(40);
        assertThat(tab.errors()).isEmpty();
    }

    @Test
    void printsLightAtTheWidthOfPaper() {
        BrowserTab tab = browser.open(1200, 900);
        tab.prefer("dark");
        tab.load(page);
        tab.evaluate("dispatchEvent(new Event('beforeprint'))");
        tab.drawn();
        assertThat(tab.evaluate("Page.charts.every(chart => chart.u.width < 700)")
                        .asBoolean())
                .isTrue();
        assertThat(tab.evaluate("Page.colour('--c1')").asText()).isEqualTo("#1467ad");
        assertThat(pixels(tab, "segments", "--remote")).isGreaterThan(100);
        tab.evaluate("dispatchEvent(new Event('afterprint'))");
        tab.drawn();
        assertThat(tab.evaluate("Page.colour('--c1')").asText()).isEqualTo("#5fb2f7");
        assertThat(tab.evaluate("document.querySelector('#segments canvas').width")
                        .asInt())
                .isGreaterThan(900);
    }
}
