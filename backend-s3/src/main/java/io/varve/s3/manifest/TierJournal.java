// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Keeps the journal in a file of each data directory, written whole at each note. The newest sound one
 * counts. If a note fails, the next one replaces what the failed one may have left in some of
 * the directories.
 */
public final class TierJournal implements LocalJournal {
    private final JournalFiles files;
    private JournalState state;
    /** Highest version that may be in a directory. */
    private long tried;

    private boolean forgot;

    private TierJournal(JournalFiles files, JournalState state) {
        this.files = files;
        this.state = state;
    }

    /**
     * Reads the journal; none in any directory is an empty one.
     *
     * @param directories the data directories, which exist and are locked by this process
     * @param failPoints hit at each boundary of durability
     * @return the journal
     * @throws io.varve.core.spi.StorageException CORRUPT if there are journals, but no sound one
     */
    public static TierJournal open(List<Path> directories, FailPoints failPoints) {
        return of(new JournalFiles(directories, failPoints));
    }

    static TierJournal of(JournalFiles files) {
        return new TierJournal(files, files.read());
    }

    @Override
    public void noteIncarnation(UUID incarnation) {
        note(state -> state.knows(incarnation), state -> state.addIncarnation(incarnation));
    }

    @Override
    public synchronized boolean knows(UUID incarnation) {
        return state.knows(incarnation);
    }

    @Override
    public void noteStarts(Map<PartitionId, Long> starts) {
        note(
                state -> starts.entrySet().stream()
                        .allMatch(start -> state.starts().getOrDefault(start.getKey(), -1L) >= start.getValue()),
                state -> starts.forEach((id, start) -> state.starts().merge(id, start, Math::max)));
    }

    @Override
    public synchronized OptionalLong start(PartitionId id) {
        return of(state.starts().get(id));
    }

    @Override
    public synchronized void forgetStart(PartitionId id, long committed) {
        Long noted = state.starts().get(id);
        if (noted != null && noted <= committed) {
            state.starts().remove(id);
            forgot = true;
        }
    }

    @Override
    public void noteTruncation(PartitionId id, long end) {
        note(state -> false, state -> {
            state.truncations().put(id, end);
            state.starts().computeIfPresent(id, (same, start) -> Math.min(start, end));
        });
    }

    @Override
    public synchronized OptionalLong truncation(PartitionId id) {
        return of(state.truncations().get(id));
    }

    @Override
    public void endTruncation(PartitionId id) {
        note(
                state -> !state.truncations().containsKey(id),
                state -> state.truncations().remove(id));
    }

    @Override
    public void noteRemoval(PartitionId id, boolean aside) {
        note(state -> false, state -> {
            state.removals().put(id, aside);
            state.starts().remove(id);
            state.truncations().remove(id);
        });
    }

    @Override
    public synchronized Set<PartitionId> removals(boolean aside) {
        Set<PartitionId> found = new HashSet<>();
        state.removals().forEach((id, isAside) -> {
            if (isAside == aside) {
                found.add(id);
            }
        });
        return found;
    }

    @Override
    public synchronized void forgetRemoval(PartitionId id) {
        forgot |= state.removals().remove(id) != null;
    }

    @Override
    public synchronized void settle() {
        if (forgot) {
            write(next());
        }
    }

    @Override
    public void close() {
        settle();
    }

    /** Changes a copy, so that a failed write leaves the state as it was. */
    private synchronized void note(Predicate<JournalState> known, Consumer<JournalState> change) {
        if (known.test(state)) {
            return;
        }
        JournalState next = next();
        change.accept(next);
        write(next);
    }

    private JournalState next() {
        JournalState next = state.next(Math.max(tried, state.version()) + 1);
        tried = next.version();
        return next;
    }

    private void write(JournalState next) {
        files.write(next);
        state = next;
        forgot = false;
    }

    private static OptionalLong of(Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
