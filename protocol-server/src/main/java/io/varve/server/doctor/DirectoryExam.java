// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Looks at one data directory: its permissions, space, file system, forces, lock, and how it was left. */
final class DirectoryExam {
    /** Left by an orderly stop, as Kafka leaves it, where segments are files. */
    private static final String CLEAN_STOP = ".kafka_cleanshutdown";

    /** What each directory of a Kafka has; others say what that means. */
    private static final String KAFKAS = "meta.properties";

    private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");
    private static final Set<String> NETWORK = Set.of("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p");
    private static final double LITTLE_SPACE = 0.1;
    private static final int FORCES = 9;
    private static final int BLOCK = 4096;
    private static final double SLOW_FORCE_MS = 50;
    private static final long FUTURE_MS = 60_000;
    private static final double MIB = 1L << 20;
    private static final double GIB = 1L << 30;

    private final Path directory;
    private final Clock clock;
    private final boolean plainFiles;
    private final Predicate<Path> usable;

    /**
     * @param directory one of {@code log.dirs}
     * @param clock the machine's clock
     * @param plainFiles whether an orderly stop leaves a marker, also when the machine has lost power before
     * @param usable whether this user may use a file or a directory as the server does
     */
    DirectoryExam(Path directory, Clock clock, boolean plainFiles, Predicate<Path> usable) {
        this.directory = directory;
        this.clock = clock;
        this.plainFiles = plainFiles;
        this.usable = usable;
    }

    /** @return whether this user may read and write a file or a directory */
    static boolean isUsable(Path path) {
        return Files.isReadable(path)
                && Files.isWritable(path)
                && (!Files.isDirectory(path) || Files.isExecutable(path));
    }

    /** @return true if a server uses the directory now */
    boolean inUse() {
        try {
            DirectoryLock.lockShared(directory).ifPresent(DirectoryLock::close);
            return false;
        } catch (StorageException e) {
            return true;
        } catch (IOException e) {
            return false; // the permissions say so
        }
    }

    List<Finding> examine() {
        Path existing = directory;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing) || !usable.test(existing)) {
            return List.of(
                    Finding.problem(
                            existing + " cannot be read and written by " + System.getProperty("user.name"),
                            "Make it a directory that belongs to the user who starts the server (chown), or name another in log.dirs."));
        }
        List<Finding> found = new ArrayList<>();
        boolean running = inUse();
        if (!existing.equals(directory)) {
            found.add(Finding.ok(directory + " is made by the first start"));
        } else {
            found.add(Finding.ok(directory + " can be written" + (running ? ", and a running server has it" : "")));
            found.addAll(left(running));
        }
        found.addAll(space(existing));
        found.add(forces(existing));
        return found;
    }

    private List<Finding> left(boolean running) {
        List<Finding> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> all = entries.toList();
            boolean used = all.stream()
                    .anyMatch(entry -> entry.getFileName().toString().equals(DirectoryLock.NAME));
            found.addAll(foreign(all, used));
            boolean clean = all.stream()
                    .anyMatch(entry -> entry.getFileName().toString().equals(CLEAN_STOP));
            OptionalLong holder = DirectoryLock.holder(directory);
            if (used && !running && (holder.isPresent() || plainFiles && !clean)) {
                String server = holder.isPresent() ? "process " + holder.getAsLong() + ", its server," : "its server";
                found.add(
                        Finding.note(
                                directory + " was not left in order: " + server
                                        + " was killed, or the machine lost power",
                                "Nothing is to be done: the next start repairs what it finds. If nobody killed it, read the end of its log."));
            }
            long newest = all.stream().mapToLong(DirectoryExam::newest).max().orElse(0);
            if (newest > clock.millis() + FUTURE_MS) {
                found.add(Finding.problem(
                        "the newest file of " + directory + " is from "
                                + TimeUnit.MILLISECONDS.toSeconds(newest - clock.millis()) + " s in the future",
                        "The clock of this machine was set back, or is wrong: see that it is kept right (chrony, NTP). Records that are"
                                + " written now look older than those before."));
            }
        } catch (IOException | UncheckedIOException e) {
            found.add(Finding.problem(directory + " cannot be listed: " + e.getMessage(), "See to its permissions."));
        }
        return found;
    }

    /** Says what the server could not open, and what no server has made. */
    private List<Finding> foreign(List<Path> all, boolean used) {
        List<Finding> found = new ArrayList<>();
        Optional<Path> hidden = all.stream()
                .flatMap(DirectoryExam::withFiles)
                .filter(path -> !usable.test(path))
                .findFirst();
        if (hidden.isPresent()) {
            found.add(
                    Finding.problem(
                            System.getProperty("user.name") + " cannot read and write all that is in " + directory
                                    + ", such as " + hidden.get(),
                            "Another user has run the server, or copied the files. Let them belong to the one who starts it: chown -R."));
        }
        if (!used && !all.isEmpty() && !Files.exists(directory.resolve(KAFKAS))) {
            found.add(Finding.note(
                    directory + " holds what no server of Varve has made, such as "
                            + all.get(0).getFileName(),
                    "The server leaves it alone. A directory of its own is better: name another in log.dirs."));
        }
        return found;
    }

    private static Stream<Path> withFiles(Path entry) {
        if (!Files.isDirectory(entry) || !Files.isReadable(entry)) {
            return Stream.of(entry);
        }
        try (Stream<Path> files = Files.walk(entry, 1)) {
            return files.toList().stream();
        } catch (IOException | UncheckedIOException e) {
            return Stream.of(); // deleted meanwhile
        }
    }

    /** @return when the newest file in an entry of the directory was written, in ms since the epoch */
    private static long newest(Path entry) {
        try (Stream<Path> files = Files.walk(entry, 1)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(DirectoryExam::written)
                    .max()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // deleted meanwhile
        }
    }

    private static long written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return 0; // deleted meanwhile
        }
    }

    /** Asks by the path, not its file system: in a chroot the JDK may not find where that is mounted. */
    private List<Finding> space(Path existing) {
        double free = existing.toFile().getUsableSpace();
        double size = existing.toFile().getTotalSpace();
        if (size == 0) {
            return List.of(Finding.problem("the space of " + directory + " cannot be asked for", "See to its disk."));
        }
        double unit = size < GIB ? MIB : GIB;
        String left = String.format(
                Locale.ROOT,
                "%s has %.1f of %.1f %s left (%.0f%%)",
                directory,
                free / unit,
                size / unit,
                size < GIB ? "MiB" : "GiB",
                100 * free / size);
        Finding space = free / size < LITTLE_SPACE
                ? Finding.problem(
                        left,
                        "Producers are refused when it is full. Lower the retention of large topics, or add space.")
                : Finding.ok(left);
        return List.of(space, fileSystem(existing));
    }

    private Finding fileSystem(Path existing) {
        String type;
        try {
            type = Files.getFileStore(existing).type();
        } catch (IOException e) {
            return Finding.note(
                    "the kind of file system of " + directory + " is not known: " + e.getMessage(),
                    "In a chroot nothing is to be done, if the directory lies on a local disk.");
        }
        if (VOLATILE.contains(type)) {
            return Finding.problem(
                    directory + " lies in memory (" + type + ")",
                    "All records are lost with the machine: name a directory on a disk in log.dirs.");
        }
        if (NETWORK.contains(type)) {
            return Finding.note(
                    directory + " lies on a network file system (" + type + ")",
                    "Forces and locks depend on the other machine. A local disk is faster and safer.");
        }
        return Finding.ok(directory + " lies on " + type);
    }

    /** Writes and forces a few blocks, as a commit does, in a file that it deletes. */
    private Finding forces(Path existing) {
        Path file = existing.resolve(".varve-doctor-" + ProcessHandle.current().pid());
        long[] took = new long[FORCES];
        try {
            try (FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                for (int i = 0; i < FORCES; i++) {
                    long begun = clock.nanos();
                    channel.write(ByteBuffer.allocate(BLOCK));
                    channel.force(false);
                    took[i] = clock.nanos() - begun;
                }
            }
        } catch (IOException e) {
            return Finding.problem(
                    "a file in " + existing + " cannot be written and forced: " + e.getMessage(),
                    "The server could not store records. Look at the disk (dmesg), its space and its quotas.");
        }
        Arrays.sort(took);
        double median = took[FORCES / 2] / 1e6;
        String what = String.format(Locale.ROOT, "a write to %s is on its disk after %.1f ms", directory, median);
        return median > SLOW_FORCE_MS
                ? Finding.note(
                        what,
                        "Producers wait for that with log.durability=sync. See what else uses the disk, or use a faster one.")
                : Finding.ok(what);
    }
}
