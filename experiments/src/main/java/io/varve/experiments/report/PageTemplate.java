// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.varve.experiments.result.ResultJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts data, scripts, styles and the library of charts into one page. Stateless. */
final class PageTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");
    private static final String LIBRARY = "org.webjars.npm/uplot";
    private static final List<String> SHARED_SCRIPTS =
            List.of("words.js", "page.js", "zoom.js", "table.js", "chart.js", "segments.js", "misses.js", "parts.js");

    private PageTemplate() {}

    /**
     * @param title of the page
     * @param data what the page draws
     * @param script the resource that lays the page out
     * @return the page
     */
    static String page(String title, Object data, String script) {
        Map<String, String> parts = new HashMap<>();
        parts.put("title", escaped(title));
        parts.put("data", json(data));
        parts.put("style", own("page.css"));
        parts.put("library-style", library("dist/uPlot.min.css"));
        parts.put("library-license", library("LICENSE").strip());
        parts.put("library", library("dist/uPlot.iife.min.js").strip());
        parts.put(
                "scripts",
                SHARED_SCRIPTS.stream().map(PageTemplate::script).collect(Collectors.joining("\n")) + "\n"
                        + script(script));
        Matcher places = PLACE.matcher(own("page.html"));
        return places.replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    private static String script(String name) {
        return "<script>\n" + own(name) + "</script>";
    }

    private static String own(String name) {
        return resource("/io/varve/experiments/report/" + name);
    }

    /** The version is in the path, and Maven's own file knows it. */
    private static String library(String file) {
        Properties pom = new Properties();
        try {
            pom.load(new StringReader(resource("/META-INF/maven/" + LIBRARY + "/pom.properties")));
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot be read", e);
        }
        return resource("/META-INF/resources/webjars/uplot/" + pom.getProperty("version") + "/" + file);
    }

    private static String resource(String path) {
        try (InputStream in = PageTemplate.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not on the class path: build the experiments again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(path + " cannot be read from the class path", e);
        }
    }

    /** A name in the data can end neither the script that holds it nor begin another. */
    private static String json(Object data) {
        try {
            return ResultJson.mapper().writeValueAsString(data).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the data of a page cannot be written: " + e.getOriginalMessage(), e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
