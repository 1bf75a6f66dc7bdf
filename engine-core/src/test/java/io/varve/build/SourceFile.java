// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Holds a Java file of this checkout.
 *
 * @param path relative to the checkout's root
 * @param test true beneath {@code src/test}
 */
record SourceFile(Path path, boolean test, List<String> lines) {
    private static final Pattern DECLARATION = Pattern.compile(
            "^( *)((?:(?:public|protected|private|static|final|abstract|sealed|non-sealed) )*)(?:class|interface|enum|record|@interface) (\\w+)");
    private static final int INDENT = 4;

    /** Holds a type that the file declares; {@code name} is qualified by the enclosing types. */
    record Type(String name, boolean hidden, int indent) {
        String simpleName() {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        boolean isNested() {
            return name.contains(".");
        }
    }

    /** Reads every file of every module, in whichever module the test runs. */
    static List<SourceFile> all() {
        Path root = root();
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .map(root::relativize)
                    .filter(file -> isSource(file, "main") || isSource(file, "test"))
                    .collect(toCollection(TreeSet::new))
                    .stream()
                    .map(file -> new SourceFile(file, isSource(file, "test"), read(root.resolve(file))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("engine-core"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    private static boolean isSource(Path file, String kind) {
        String name = "/" + file.toString().replace('\\', '/');
        return name.contains("/src/" + kind + "/java/") && !name.contains("/target/") && !name.contains("/.");
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String text) {
        return lines.stream().anyMatch(line -> line.contains(text));
    }

    boolean isPackageInfo() {
        return path.endsWith("package-info.java");
    }

    /** Returns the file with a line number, counted from 1, in the form that an IDE links. */
    String at(int line) {
        return path + ":" + line;
    }

    /**
     * Finds the declared types, without those inside methods. The formatter's indent shows which type
     * encloses which.
     */
    List<Type> types() {
        List<Type> types = new ArrayList<>();
        Deque<Type> around = new ArrayDeque<>();
        for (String line : lines) {
            Matcher declaration = DECLARATION.matcher(line);
            if (!declaration.find()) {
                continue;
            }
            int indent = declaration.group(1).length();
            while (!around.isEmpty() && around.peek().indent() >= indent) {
                around.pop();
            }
            if (indent == (around.isEmpty() ? 0 : around.peek().indent() + INDENT)) {
                boolean hidden = declaration.group(2).contains("private")
                        || !around.isEmpty() && around.peek().hidden();
                String outer = around.isEmpty() ? "" : around.peek().name() + ".";
                around.push(new Type(outer + declaration.group(3), hidden, indent));
                types.add(around.peek());
            }
        }
        return types;
    }
}
