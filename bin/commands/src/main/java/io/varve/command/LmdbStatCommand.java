// SPDX-License-Identifier: Apache-2.0
package io.varve.command;

import io.varve.core.spi.StorageException;
import io.varve.lmdb.LmdbStat;
import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** Prints statistics of the LMDB environments in data directories: {@code bin/varve-lmdb-stat.sh}. */
@Command(
        name = "varve-lmdb-stat.sh",
        customSynopsis = "varve-lmdb-stat.sh --dir DIR [--dir DIR]...",
        description = {
            "Says what is in the LMDB environments of data directories (log.dirs): pages, free pages, readers, partitions and their"
                    + " sizes. Changes nothing; a server may be running."
        },
        exitCodeList = {"0:everything was read", "2:something could not be read"})
public final class LmdbStatCommand extends DirectoryCommand {
    private static final int READ = 0;

    private LmdbStatCommand() {
        this(System.out, System.err);
    }

    LmdbStatCommand(PrintStream out, PrintStream err) {
        super(out, err);
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(new LmdbStatCommand().run(arguments));
    }

    /** Prints each directory's statistics; goes on with the next directory when one cannot be read. */
    @Override
    public Integer call() {
        int exit = READ;
        for (Path directory : directories) {
            try {
                LmdbStat.print(directory, out);
            } catch (StorageException e) {
                err.println(directory + ": " + e.getMessage());
                exit = FAILED;
            }
        }
        return exit;
    }
}
