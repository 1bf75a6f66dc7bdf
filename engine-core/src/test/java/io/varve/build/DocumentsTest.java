// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks what the pages and the shipped settings say of this checkout: the links and headings, files,
 * scripts with their options, and system properties that they name exist.
 */
class DocumentsTest {
    private static final Path ROOT = SourceFile.root();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]*)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    /** A name that ends with a hyphen is the beginning of several. */
    private static final Pattern FILE =
            Pattern.compile("(?<![\\w/.-])((?:\\.ci|benchmarks|bin|compat|config|docs)/[\\w./-]*+)(?<!-)");

    private static final Pattern PROPERTY = Pattern.compile("-D(varve\\.[\\w.]*\\w)");

    /** A script of this project's own, and the rest of its command. */
    private static final Pattern COMMAND = Pattern.compile(
            "(?:bin/varve-[\\w-]+|bin/conformance|benchmarks/[\\w-]+|compat/run)\\.(?:sh|py)((?:\\\\\n|[^`|#;\n])*)");

    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][\\w-]*");
    /** Directories that are there after a build only. */
    private static final Set<String> BUILT = Set.of("target", "node_modules");

    private final List<Path> files = files();
    private final List<Path> pages =
            files.stream().filter(file -> file.toString().endsWith(".md")).toList();
    private final String sources = files.stream()
            .filter(file -> file.toString().matches(".*\\.(java|sh|py|xml)"))
            .map(DocumentsTest::read)
            .collect(Collectors.joining("\n"));

    private static List<Path> files() {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    String name = directory.getFileName().toString();
                    boolean isOwn = directory.equals(ROOT) || !name.startsWith(".") && !BUILT.contains(name);
                    return isOwn ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static Stream<String> found(Pattern pattern, int group, String text) {
        return pattern.matcher(text).results().map(match -> match.group(group));
    }

    private static String named(Path in, String what) {
        return ROOT.relativize(in) + ": " + what;
    }

    /** Archives have no main file, which failed the command; failsafe has an option of its own. */
    @Test
    void theCommandThatInstallsTheLibrariesRunsNoTestsAndEndsWell() {
        assertThat(read(ROOT.resolve("README.md"))).contains("`mvn install -DskipTests`");
        assertThat(read(ROOT.resolve("pom.xml"))).contains("<skipITs>${skipTests}</skipITs>");
        assertThat(read(ROOT.resolve("bin/package/pom.xml"))).contains("<maven.install.skip>true</maven.install.skip>");
    }

    @Test
    void everyLinkLeadsToAFileAndAHeading() {
        List<String> dead = new ArrayList<>();
        for (Path page : pages) {
            found(LINK, 1, read(page))
                    .filter(link -> !link.matches("\\w+:.*") && !isThere(page, link))
                    .forEach(link -> dead.add(named(page, link)));
        }
        assertThat(dead).isEmpty();
    }

    private static boolean isThere(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(file)
                && (parts.length == 1
                        || !file.toString().endsWith(".md")
                        || found(HEADING, 1, read(file))
                                .map(DocumentsTest::anchor)
                                .anyMatch(parts[1]::equals));
    }

    /** As those who show Markdown make them. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    @Test
    void everyFileThatIsNamedExists() {
        List<String> missing = new ArrayList<>();
        Stream<Path> settings = files.stream().filter(file -> file.startsWith(ROOT.resolve("config")));
        for (Path page : Stream.concat(pages.stream(), settings).toList()) {
            found(FILE, 1, read(page))
                    .map(name -> name.replaceFirst("\\.+$", ""))
                    .filter(name -> Collections.disjoint(BUILT, List.of(name.split("/"))))
                    .filter(name -> !Files.exists(ROOT.resolve(name)) && !Files.exists(page.resolveSibling(name)))
                    .forEach(name -> missing.add(named(page, name)));
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyOptionAndPropertyThatIsNamedIsRead() {
        List<String> unknown = new ArrayList<>();
        int options = 0;
        for (Path page : pages) {
            String text = read(page);
            found(PROPERTY, 1, text)
                    .filter(name -> !sources.contains('"' + name + '"'))
                    .forEach(name -> unknown.add(named(page, name)));
            for (MatchResult command : COMMAND.matcher(text).results().toList()) {
                for (String option : found(OPTION, 0, command.group(1)).toList()) {
                    options++;
                    if (!isRead(option)) {
                        unknown.add(named(page, command.group()));
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(options).as("options in commands").isGreaterThan(40);
    }

    /** By Java or Python, or in a shell's case. */
    private boolean isRead(String option) {
        return sources.contains('"' + option + '"') || sources.contains(option + ") ");
    }
}
