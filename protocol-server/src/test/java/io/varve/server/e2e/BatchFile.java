// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a script for Windows, and tells the command it ends with: the few statements that the scripts of
 * {@code bin/windows} are made of. A statement that it does not know fails the test.
 */
final class BatchFile {
    private static final Pattern SET = Pattern.compile("set \"(\\w+)=(.*)\"");
    private static final Pattern IF_DEFINED = Pattern.compile("if (not )?defined (\\w+) (.*)");
    private static final Pattern CALL =
            Pattern.compile("call \"%~dp0(?:lib\\\\)?([\\w-]+\\.bat)\" ?(.*?)( \\|\\| exit /b 1)?");
    private static final Pattern IF_FIRST = Pattern.compile("if \"%~1\"==\"([^\"]+)\" (.*)");
    private static final Pattern USAGE =
            Pattern.compile("^if \"%~1\"==\"\" \\(\\R  echo USAGE: %0 (.*)\\R  exit /b 1\\R\\)$", Pattern.MULTILINE);
    private static final Pattern NATIVE_FLAGS = Pattern.compile("(?:if %JAVA_MAJOR% GEQ (\\d+) )?(set \"NATIVE=.*)");
    private static final Pattern VARIABLE = Pattern.compile("%(\\w+)%");
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|[^\" ])+");

    /** Where the scripts look for Java; these statements ask the machine. */
    private static final String JAVA = "java.bat";

    /** Where they look for the jar that they run, and for what is written. */
    private static final String PROGRAM = "program.bat";

    private final Map<String, String> variables;
    private final Path home;
    private final int javaMajor;

    private BatchFile(Path home, Map<String, String> environment, int javaMajor) {
        this.home = home;
        this.javaMajor = javaMajor;
        this.variables = new HashMap<>(environment);
    }

    /** @return the words of the command that a script ends with, without the command's name, as on Unix */
    static List<String> command(
            Path home, String script, String arguments, Map<String, String> environment, int javaMajor)
            throws IOException {
        return new BatchFile(home, environment, javaMajor).run(home.resolve("bin/windows/" + script), arguments);
    }

    /** @return what a script says that it wants without an argument; nothing when it goes on without one */
    static Optional<String> usage(Path home, String script) throws IOException {
        Matcher usage = USAGE.matcher(Files.readString(home.resolve("bin/windows/" + script)));
        return usage.find() ? Optional.of(usage.group(1)) : Optional.empty();
    }

    private List<String> run(Path file, String arguments) throws IOException {
        boolean skipped = false;
        for (String line : Files.readAllLines(file)) {
            // What a script says when it was given no argument; and a JDK that is missing.
            if (line.startsWith("if ") && line.endsWith("(")) {
                skipped = true;
            } else if (line.equals(")")) {
                skipped = false;
            } else if (!skipped) {
                List<String> words = statement(line, arguments);
                if (words != null) {
                    return words;
                }
            }
        }
        throw new AssertionError(file + " runs nothing");
    }

    /** @return the command, or null when the script goes on */
    private List<String> statement(String line, String arguments) throws IOException {
        Matcher set = SET.matcher(line);
        Matcher condition = IF_DEFINED.matcher(line);
        Matcher first = IF_FIRST.matcher(line);
        Matcher call = CALL.matcher(line);
        if (set.matches()) {
            variables.put(set.group(1), expanded(set.group(2), arguments));
            return null;
        }
        if (condition.matches()) {
            boolean defined = !variables.getOrDefault(condition.group(2), "").isEmpty();
            return defined == (condition.group(1) == null) ? statement(condition.group(3), arguments) : null;
        }
        if (first.matches()) {
            return arguments.split(" ")[0].equals(first.group(1)) ? statement(first.group(2), arguments) : null;
        }
        if (call.matches()) {
            return switch (call.group(1)) {
                case JAVA -> findJava();
                case PROGRAM -> findProgram(call.group(2));
                default -> run(home.resolve("bin/windows/lib/" + call.group(1)), expanded(call.group(2), arguments));
            };
        }
        if (line.startsWith("for /f \"tokens=1,* delims= \"")) {
            String[] words = arguments.split(" ", 2);
            variables.put("REST", words.length == 1 ? "" : words[1]);
            return null;
        }
        if (line.startsWith("\"%JAVA%\" ")) {
            return words(expanded(line, arguments));
        }
        if (line.isBlank() || line.matches("(@echo off|setlocal|rem .*|if not exist .*)")) {
            return null;
        }
        throw new AssertionError("What does this do? " + line);
    }

    private List<String> findJava() throws IOException {
        variables.put("JAVA", "java");
        variables.put("VARVE_HOME", home.toString());
        for (String line : Files.readAllLines(home.resolve("bin/windows/lib/" + JAVA))) {
            Matcher flags = NATIVE_FLAGS.matcher(line);
            if (flags.matches() && (flags.group(1) == null || javaMajor >= Integer.parseInt(flags.group(1)))) {
                statement(flags.group(2), "");
            }
        }
        return null;
    }

    private List<String> findProgram(String nameAndModule) {
        String[] words = nameAndModule.split(" ");
        variables.put(
                "PROGRAM",
                home.resolve(words[1] + "/target/varve-" + words[0] + ".jar").toString());
        variables.put("STATE", variables.getOrDefault("VARVE_STATE", home.toString()));
        return null;
    }

    private String expanded(String text, String arguments) {
        String given = text.replace("%~1", arguments.split(" ")[0]).replace("%*", arguments);
        return VARIABLE.matcher(given)
                .replaceAll(found -> Matcher.quoteReplacement(variables.getOrDefault(found.group(1), "")));
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group().replace("\"", "").replace('\\', '/').replace(';', ':'));
        }
        return words.subList(1, words.size());
    }
}
