// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Says why a file in a data directory cannot be used, and what to do: the JDK's exceptions often have only
 * the path as their message, or only the system's words. Stateless.
 */
public final class FileFailure {
    private static final String IS_DIRECTORY = "Is a directory";

    private FileFailure() {}

    /**
     * Describes a failure.
     *
     * @param cause the failure
     * @param file the file, where the exception names none
     * @param rebuilt true for the names of files that are made anew where they are missing
     * @return one line that names the file
     */
    public static String words(IOException cause, Path file, Predicate<String> rebuilt) {
        FileSystemException known = cause instanceof FileSystemException some && some.getFile() != null ? some : null;
        Path at = known == null ? file : Path.of(known.getFile());
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String remedy = rebuilt.test(String.valueOf(at.getFileName()))
                ? "remove it, and it is made anew"
                : "bring the file back from a backup";
        if (cause instanceof NoSuchFileException) {
            return at
                    + (Files.isSymbolicLink(at)
                            ? " is a link to something that is not there: mount what it is on, or " + remedy
                            : " is not there: bring it back from a backup");
        }
        if (cause instanceof AccessDeniedException) {
            return at + ": permission denied; this user must be allowed to read and write it";
        }
        if (message.endsWith(IS_DIRECTORY)) {
            return at + " is a directory, and must be a file: " + remedy;
        }
        return message.contains(at.toString()) ? message : at + ": " + message;
    }

    /**
     * Names the file in a failure that does not.
     *
     * @return the failure itself if it names a file
     */
    public static IOException naming(Path file, IOException cause) {
        if (cause instanceof FileSystemException) {
            return cause;
        }
        FileSystemException named = new FileSystemException(file.toString(), null, cause.getMessage());
        named.initCause(cause);
        return named;
    }
}
