// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.PartitionId;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.Checkpoints;
import io.varve.file.partition.CreationLog;
import io.varve.file.partition.DataDirectory;
import io.varve.file.partition.FilePartition;
import io.varve.file.partition.PartitionMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the partitions of a data directory, and deletes the directories of deleted ones. */
public final class PartitionDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionDiscovery.class);

    private static final Pattern PARTITION = Pattern.compile("[a-zA-Z0-9._-]+-[0-9]+");

    private final DataDirectory directory;
    /** New partitions of the list that were not found yet, by the names of their directories. */
    private final Map<String, CreationLog.ListedPartition> listed = new LinkedHashMap<>();

    /** @param directory a locked directory, still without partitions */
    public PartitionDiscovery(DataDirectory directory) {
        this.directory = directory;
    }

    /**
     * Adds the partitions that are found to the data directory.
     *
     * @return true if the data directory was closed properly
     */
    public boolean run() throws IOException {
        boolean clean = directory.deleteCleanMarker();
        Checkpoints.CheckpointContent checkpoints = directory.checkpoints().read(clean);
        for (CreationLog.ListedPartition entry : directory.creations().read()) {
            listed.put(entry.id().toString(), entry);
        }
        List<String> names = new ArrayList<>(Disk.list(directory.path()));
        names.sort(null); // a file system lists in any order
        for (String name : names) {
            Path entry = directory.path().resolve(name);
            if (Files.isDirectory(entry)) {
                examine(name, entry, checkpoints);
            }
        }
        for (CreationLog.ListedPartition entry : List.copyOf(listed.values())) {
            makeAnew(entry, checkpoints);
        }
        if (directory.partitions().isEmpty()) {
            writeFirstCheckpoints();
        }
        return clean;
    }

    private void examine(String name, Path entry, Checkpoints.CheckpointContent checkpoints) throws IOException {
        if (name.endsWith(FileNames.DELETED_DIRECTORY)) {
            Disk.removeTree(entry);
            return;
        }
        if (name.endsWith(FileNames.STRAY_DIRECTORY)) {
            LOG.info("{} was set aside by an earlier start: leaving it alone", entry);
            return;
        }
        PartitionId id = PartitionMetadata.read(entry).orElse(null);
        if (id == null && listed.containsKey(name)) {
            return; // its metadata file did not survive
        }
        if (id == null && name.startsWith(".")) {
            return; // the cache of a tier, for instance
        }
        if (id == null && PARTITION.matcher(name).matches()) {
            leaveAlone(entry);
            return;
        }
        if (id == null) {
            LOG.warn("{} is not a partition (no name-number with a partition.metadata in it): leaving it alone", entry);
            return;
        }
        FilePartition found = directory.add(id, checkpoints.recoveryPoint(name), checkpoints.startOffset(name));
        CreationLog.ListedPartition creation = listed.remove(name);
        if (creation != null && creation.id().equals(id)) {
            directory.namesChanged();
            found.durability().listed(creation);
        }
    }

    private void leaveAlone(Path entry) {
        String problem = PartitionMetadata.problem(entry);
        directory.unidentified(entry.getFileName().toString(), problem);
        LOG.warn("{} is left alone, as it cannot be identified: {}", entry, problem);
    }

    /**
     * Makes a new partition anew whose files did not survive a power cut: nothing in it was durable. One with
     * a recovery point was settled, so its files are lost for another reason.
     */
    private void makeAnew(CreationLog.ListedPartition entry, Checkpoints.CheckpointContent checkpoints)
            throws IOException {
        PartitionId id = entry.id();
        String name = id.toString();
        if (checkpoints.recoveryPoint(name) > 0) {
            Path lost = directory.path().resolve(name);
            if (Files.isDirectory(lost)) {
                leaveAlone(lost);
            } else {
                LOG.warn("{} is not there any more", lost);
            }
            return;
        }
        FilePartition made = directory.add(id, 0, checkpoints.startOffset(name));
        directory.space().withReserve(() -> {
            Files.createDirectories(made.path());
            PartitionMetadata.write(made.path(), id);
        });
        directory.namesChanged();
        made.durability().listed(entry);
    }

    /** Writes the checkpoints of a new directory: from now on a missing file is a lost one. */
    private void writeFirstCheckpoints() {
        try {
            directory.writeCheckpoints();
        } catch (IOException e) {
            LOG.warn("Checkpoints of {} could not be written: {}; trying again", directory.path(), e.getMessage());
        }
    }
}
