// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.CheckOutcome.Status;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes the report for the browser: one file, which needs nothing else. */
final class HtmlReport {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final AreaOutcomes grade;
    private final Options options;
    private final StorageProvider provider;
    private final String verdict;
    private final Clock clock;
    private final StringBuilder html = new StringBuilder();

    HtmlReport(AreaOutcomes grade, Options options, StorageProvider provider, String verdict, Clock clock) {
        this.grade = grade;
        this.options = options;
        this.provider = provider;
        this.verdict = verdict;
        this.clock = clock;
    }

    String html() throws IOException {
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(text("Conformance of " + options.backend()))
                .append("</title>\n<style>\n")
                .append(css())
                .append("</style>\n</head>\n<body>\n<main>\n");
        head();
        failures();
        table();
        checks();
        html.append("<footer>Java ")
                .append(text(System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.version") + ", " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors"))
                .append("</footer>\n</main>\n</body>\n</html>\n");
        return html.toString();
    }

    private static String css() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("page.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds);
    }

    private void head() {
        AreaOutcomes.Sum sum = AreaOutcomes.Sum.of(grade.all());
        int colon = verdict.indexOf(':');
        html.append("<h1>Storage backend <em>").append(text(options.backend())).append("</em></h1>\n<p class=\"sub\">");
        html.append(text(provider.getClass().getName() + ", graded on "
                        + MINUTES.format(Instant.ofEpochMilli(clock.millis()))))
                .append("</p>\n<div class=\"verdict ")
                .append(grade.passed() ? "good" : "bad")
                .append("\"><b>")
                .append(text(verdict.substring(0, colon)))
                .append("</b><span>")
                .append(text(verdict.substring(colon + 2)))
                .append("</span></div>\n<div class=\"tiles\">\n");
        tile("areas", String.valueOf(grade.areas().size()));
        tile("checks", String.valueOf(sum.checks()));
        tile("passed", String.valueOf(sum.passed()));
        tile("failed", String.valueOf(sum.failed()));
        tile("seed", String.valueOf(options.scale().seed()));
        tile(
                "random operations",
                String.format(Locale.ROOT, "%,d", options.scale().operations()));
        html.append("</div>\n");
    }

    private void tile(String name, String value) {
        html.append("<div class=\"tile\"><span>")
                .append(text(name))
                .append("</span><strong>")
                .append(text(value))
                .append("</strong></div>\n");
    }

    private void failures() {
        if (grade.failures().isEmpty()) {
            return;
        }
        html.append("<h2>Failures</h2>\n");
        for (CheckOutcome outcome : grade.failures()) {
            html.append("<div class=\"failure\"><h3>")
                    .append(text(outcome.area() + ": " + ReportText.of(outcome.check())))
                    .append("</h3><pre>")
                    .append(text(ReportText.failure(outcome.cause())))
                    .append("</pre><p class=\"again\">Again: <code>")
                    .append(text(options.command(outcome.area())))
                    .append("</code></p></div>\n");
        }
    }

    private void table() {
        html.append(
                        "<h2>Areas</h2>\n<div class=\"card\"><table>\n<thead><tr><th>area</th><th>checks</th><th>passed</th>")
                .append(
                        "<th>failed</th><th>skipped</th><th>seconds</th><th class=\"hide\"></th></tr></thead>\n<tbody>\n");
        int row = 0;
        for (var area : grade.areas().entrySet()) {
            String name = "<a href=\"#area-" + row++ + "\">" + text(area.getKey()) + "</a>";
            row(name, AreaOutcomes.Sum.of(area.getValue()));
        }
        html.append("</tbody>\n<tfoot>\n");
        row("all", AreaOutcomes.Sum.of(grade.all()));
        html.append("</tfoot>\n</table></div>\n");
    }

    private void row(String name, AreaOutcomes.Sum sum) {
        html.append("<tr><td>").append(name).append("</td>");
        html.append("<td>")
                .append(sum.checks())
                .append("</td><td>")
                .append(sum.passed())
                .append("</td>");
        number(sum.failed(), "n-bad");
        number(sum.skipped(), "n-skip");
        html.append(String.format(Locale.ROOT, "<td>%.1f</td>", sum.seconds()));
        html.append("<td class=\"hide\"><div class=\"bar\">");
        part("p", sum.passed(), sum.checks());
        part("f", sum.failed(), sum.checks());
        part("s", sum.skipped(), sum.checks());
        html.append("</div></td></tr>\n");
    }

    private void number(int number, String style) {
        html.append("<td class=\"")
                .append(number == 0 ? "zero" : style)
                .append("\">")
                .append(number)
                .append("</td>");
    }

    private void part(String style, int some, int all) {
        if (some > 0) {
            html.append(String.format(
                    Locale.ROOT, "<i class=\"%s\" style=\"width:%.2f%%\"></i>", style, 100.0 * some / all));
        }
    }

    private void checks() {
        html.append("<h2>Checks</h2>\n");
        int row = 0;
        for (var area : grade.areas().entrySet()) {
            AreaOutcomes.Sum sum = AreaOutcomes.Sum.of(area.getValue());
            html.append("<details id=\"area-").append(row++).append(sum.failed() > 0 ? "\" open>" : "\">");
            html.append("<summary>").append(text(area.getKey())).append("<small>");
            html.append(sum.checks()).append(sum.checks() == 1 ? " check, " : " checks, ");
            html.append(sum.failed() > 0 ? sum.failed() + " failed, " : "").append(seconds(sum.seconds()));
            html.append("</small></summary>\n<ul>\n");
            area.getValue().forEach(this::check);
            html.append("</ul></details>\n");
        }
    }

    private void check(CheckOutcome outcome) {
        Status status = outcome.status();
        html.append("<li><span class=\"mark ").append(status).append("\">");
        html.append(status.name().toLowerCase(Locale.ROOT)).append("</span><span class=\"name\">");
        html.append(text(ReportText.of(outcome.check()))).append("</span><span class=\"time\">");
        html.append(seconds(outcome.took().toMillis() / 1000.0)).append("</span>");
        List<String> more = status == Status.SKIPPED ? List.of(ReportText.reason(outcome.cause())) : outcome.notes();
        more.forEach(
                line -> html.append("<span class=\"why\">").append(text(line)).append("</span>"));
        html.append("</li>\n");
    }
}
