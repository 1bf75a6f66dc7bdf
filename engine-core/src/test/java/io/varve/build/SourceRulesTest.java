// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks the sources of all modules against the rules of names, sizes and comments. */
class SourceRulesTest {
    private static final int MAX_LINES = 400;

    /** Simple names that several types of main sources share, each with the reason. */
    private static final Map<String, String> SHARED_NAMES =
            Map.of("Kind", "says of what kind its owner is, and is read with the owner: StorageException.Kind");

    /** Simple names that several tests share, each with the reason. */
    private static final Map<String, String> SHARED_TEST_NAMES = Map.of(
            "ArchitectureTest", "each module has one",
            "FullDiskTest", "each backend has one",
            "PowerCutIT", "each backend has one",
            "LeaderEpochsTest", "of the log's class, and of the server's start",
            "TransactionsTest", "of LMDB's, and of the server's",
            "RawBatch", "two modules that share no tests");

    /** Files that start processes without {@code TimedProcess} or {@code ChildRun}, with what bounds them. */
    private static final Map<String, String> OWN_CHILDREN = Map.of(
            "ChildProcess", "every wait of the end-to-end tests has a limit, and closing it kills",
            "SecondServerIT", "waits for a signal to be sent, ten seconds",
            "S3Process", "its user closes it, and its output is read",
            "ToolProcess", "each wait for an answer has a limit, and closing it kills",
            "PowerCuts", "goes on for hours if it is told to",
            "TestWatchTest", "waits a hundred seconds");

    private static final Pattern NESTED = Pattern.compile("\\b[A-Z]\\w*\\.[A-Z]\\w*\\b");

    private final List<SourceFile> files = SourceFile.all();

    @Test
    void seesTheWholeTree() {
        assertThat(files).hasSizeGreaterThan(800);
    }

    /** Counts nested types that another file names. */
    @Test
    void aSimpleNameStandsForOneType() {
        Map<String, Set<String>> users = usersOfNestedTypes();
        Map<String, List<String>> declared = new TreeMap<>();
        Set<String> inTests = new HashSet<>();
        for (SourceFile file : files) {
            for (SourceFile.Type type : file.types()) {
                if (type.hidden() || type.isNested() && (file.test() || !isUsedOutside(type, file, users))) {
                    continue;
                }
                declared.computeIfAbsent(type.simpleName(), name -> new ArrayList<>())
                        .add(type.name() + " in " + file.path());
                if (file.test()) {
                    inTests.add(type.simpleName());
                }
            }
        }
        declared.values().removeIf(places -> places.size() == 1);
        declared.keySet().removeIf(name -> inTests.contains(name) && SHARED_TEST_NAMES.containsKey(name));
        declared.keySet().removeIf(SHARED_NAMES::containsKey);
        assertThat(declared).as("simple names that stand for several types").isEmpty();
    }

    private Map<String, Set<String>> usersOfNestedTypes() {
        Map<String, Set<String>> users = new TreeMap<>();
        for (SourceFile file : files) {
            for (String line : file.lines()) {
                for (Matcher names = NESTED.matcher(line); names.find(); ) {
                    users.computeIfAbsent(names.group(), name -> new HashSet<>())
                            .add(file.path().toString());
                }
            }
        }
        return users;
    }

    private static boolean isUsedOutside(SourceFile.Type type, SourceFile file, Map<String, Set<String>> users) {
        String[] names = type.name().split("\\.");
        String read = names[names.length - 2] + "." + names[names.length - 1];
        return users.getOrDefault(read, Set.of()).stream()
                .anyMatch(user -> !user.equals(file.path().toString()));
    }

    /** A child that nobody ends, or whose output nobody reads, keeps its parent waiting for good. */
    @Test
    void childProcessesHaveALimitedTime() {
        List<String> unlimited = files.stream()
                .filter(file -> !file.path().startsWith("engine-core") && file.has("new ProcessBuilder("))
                .filter(file -> !file.has("TimedProcess") && !file.has("ChildRun"))
                .map(file -> file.path().getFileName().toString().replace(".java", ""))
                .toList();
        assertThat(unlimited).containsExactlyInAnyOrderElementsOf(OWN_CHILDREN.keySet());
    }

    @Test
    void noMainFileIsTooLong() {
        List<String> tooLong = files.stream()
                .filter(file -> !file.test() && file.lines().size() > MAX_LINES)
                .map(file -> file.path() + " has " + file.lines().size() + " lines, " + MAX_LINES + " are allowed")
                .toList();
        assertThat(tooLong).isEmpty();
    }

    @Test
    void numbersAreWrittenAlikeInAllLanguages() {
        assertThat(files.stream().filter(file -> !file.test()))
                .flatMap(NumberFormats::faults)
                .isEmpty();
    }

    @Test
    void commentsAreWholeSentencesOfWholeLines() {
        assertThat(files).flatMap(CommentLines::faults).isEmpty();
    }
}
