// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;

/** Every check of the storage contract. Extend it and implement {@link #rig()}; each area appears as a nested class. */
public abstract class StorageConformance {
    /** For subclasses. */
    protected StorageConformance() {}

    /** @return a rig on a new, empty storage; called before every check, closed after it */
    protected abstract StorageRig rig();

    /** @return how long to go on with what has no end of its own */
    protected Scale scale() {
        return Scale.BUILD;
    }

    @Nested
    @DisplayName("append and read")
    final class AppendAndRead extends AppendReadContract {
        AppendAndRead() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("the two moments")
    final class TwoMoments extends SyncContract {
        TwoMoments() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("open, fence, close, delete")
    final class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("trim")
    final class Trim extends TrimContract {
        Trim() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("truncate")
    final class Truncate extends TruncateContract {
        Truncate() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("timestamps")
    final class Timestamps extends TimestampContract {
        Timestamps() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("segments")
    final class Segments extends SegmentContract {
        Segments() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("replace")
    final class Replace extends ReplaceContract {
        Replace() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("snapshots")
    final class SnapshotBlobs extends SnapshotContract {
        SnapshotBlobs() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("concurrency")
    final class Concurrency extends ConcurrencyContract {
        Concurrency() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("random histories")
    final class Histories extends HistoryContract {
        Histories() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("many partitions")
    final class ManyPartitions extends ManyPartitionsContract {
        ManyPartitions() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @DisplayName("failpoints")
    final class FailPointHalts extends CrashContract.AtFailPoints {
        FailPointHalts() {
            super(StorageConformance.this::rig, scale());
        }
    }

    @Nested
    @DisplayName("kill -9")
    final class Kills extends CrashContract.AtRandomMoments {
        Kills() {
            super(StorageConformance.this::rig, scale());
        }
    }
}
