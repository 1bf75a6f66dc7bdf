// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import io.varve.conformance.rig.ChildRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Runs commands of the operating system. */
final class SystemCommand {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private SystemCommand() {}

    /** @return true if a command is on the PATH or among the administrator's */
    static boolean exists(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    }

    /**
     * @return what the command printed, without white space around it
     * @throws CommandFailed if it did not end well within a minute
     */
    static String run(Object... words) {
        List<String> command = Stream.of(words).map(Object::toString).toList();
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
            ChildRun run = ChildRun.of(builder, LIMIT);
            if (run.exit() != 0) {
                throw new CommandFailed(
                        String.join(" ", command) + ": " + run.output().strip());
            }
            return run.output().strip();
        } catch (IllegalStateException e) {
            throw new CommandFailed(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(String.join(" ", command) + " was interrupted");
        }
    }

    /** A command of the system did not do what it was asked to. */
    static final class CommandFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CommandFailed(String message) {
            super(message);
        }
    }
}
