// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.JavaCommand;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.engine.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Compares runs of one script on a backend. */
public final class DeterminismContract {
    private final TestedBackend backend;
    private final Predicate<String> compared;
    private final Function<Path, List<String>> beside;
    private final Path directory;
    private int runs;

    /**
     * @param backend opening a new instance of its provider again goes on with what that instance has stored
     * @param compared whether a file's content must be equal, by its name
     * @param beside what a run has stored beside its directories, by the directory that they are below
     * @param directory an empty directory
     */
    public DeterminismContract(
            TestedBackend backend, Predicate<String> compared, Function<Path, List<String>> beside, Path directory) {
        this.backend = backend;
        this.compared = compared;
        this.beside = beside;
        this.directory = directory;
    }

    /** Two runs in this process are equal. */
    public void twoRunsAreEqual(Durability durability, long seed) throws IOException, ReflectiveOperationException {
        assertEqual("seed " + seed + ", " + durability, here(durability, seed), here(durability, seed));
    }

    /** A run in another process equals one in this: nothing depends on what a process draws at its start. */
    public void anotherProcessDoesTheSame(Durability durability, long seed)
            throws IOException, ReflectiveOperationException, InterruptedException {
        assertEqual("seed " + seed + ", " + durability, here(durability, seed), elsewhere(durability, seed));
    }

    private Path fresh() throws IOException {
        return Files.createDirectories(directory.resolve("run-" + ++runs));
    }

    private List<String> here(Durability durability, long seed) throws IOException, ReflectiveOperationException {
        Path root = fresh();
        List<String> seen = new ArrayList<>(EngineScript.play(
                ScriptMain.provider(backend.provider().getClass()), backend.properties(), root, durability, seed));
        seen.addAll(beside(root));
        return seen;
    }

    private List<String> beside(Path root) {
        return beside.apply(root).stream().map(line -> "beside " + line).toList();
    }

    private List<String> elsewhere(Durability durability, long seed) throws IOException, InterruptedException {
        Path root = fresh();
        Path seen = directory.resolve("seen-" + runs);
        List<String> command = JavaCommand.of(backend, ScriptMain.class);
        command.addAll(List.of(
                backend.provider().getClass().getName(),
                root.toString(),
                durability.name(),
                Long.toString(seed),
                seen.toString()));
        backend.properties().forEach((key, value) -> command.add(key + "=" + value));
        ChildRun run = ChildRun.of(new ProcessBuilder(command));
        assertThat(run.exit()).as("%s", run.output()).isZero();
        List<String> lines = new ArrayList<>(Files.readAllLines(seen));
        lines.addAll(beside(root));
        return lines;
    }

    private void assertEqual(String what, List<String> first, List<String> second) {
        List<String> one = compared(first);
        List<String> other = compared(second);
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            assertThat(other.get(i))
                    .as("%s: line %d, after%n%s", what, i, String.join("\n", one.subList(Math.max(0, i - 5), i)))
                    .isEqualTo(one.get(i));
        }
        assertThat(other).as(what).hasSameSizeAs(one);
    }

    private List<String> compared(List<String> seen) {
        List<String> kept = new ArrayList<>();
        for (String line : seen) {
            String[] words = line.split(" ");
            if (!words[1].equals("file") || compared.test(words[2])) {
                kept.add(line);
            }
        }
        return kept;
    }
}
