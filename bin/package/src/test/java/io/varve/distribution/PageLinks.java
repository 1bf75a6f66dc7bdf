// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds where the links of Markdown pages lead to nothing. */
final class PageLinks {
    /** A link in Markdown: its target without the part of the page. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)\\s]*\\)");

    private PageLinks() {}

    /** Pages under a directory. */
    static List<Path> pages(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(".md")).toList();
        }
    }

    /** Links of all pages under a directory that lead to no file, each with its page. */
    static List<String> dead(Path root) throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path page : pages(root)) {
            LINK.matcher(Files.readString(page))
                    .results()
                    .map(link -> link.group(1))
                    .filter(link -> !link.matches("[a-z]+:.*"))
                    .filter(link -> !Files.exists(page.resolveSibling(link)))
                    .forEach(link -> dead.add(root.relativize(page) + " -> " + link));
        }
        return dead;
    }
}
