// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.contract.AppendReadContract;
import io.varve.conformance.contract.BystanderContract;
import io.varve.conformance.contract.ConcurrencyContract;
import io.varve.conformance.contract.CrashContract;
import io.varve.conformance.contract.DirectoryLossContract;
import io.varve.conformance.contract.ExclusionContract;
import io.varve.conformance.contract.FailedSyncContract;
import io.varve.conformance.contract.FaultContract;
import io.varve.conformance.contract.HistoryContract;
import io.varve.conformance.contract.InterruptContract;
import io.varve.conformance.contract.LeakContract;
import io.varve.conformance.contract.LifecycleContract;
import io.varve.conformance.contract.LostDiskContract;
import io.varve.conformance.contract.ManyPartitionsContract;
import io.varve.conformance.contract.PendingContract;
import io.varve.conformance.contract.ReplaceContract;
import io.varve.conformance.contract.RunScale;
import io.varve.conformance.contract.SealContract;
import io.varve.conformance.contract.SecondOwnerContract;
import io.varve.conformance.contract.SegmentContract;
import io.varve.conformance.contract.SnapshotContract;
import io.varve.conformance.contract.SyncContract;
import io.varve.conformance.contract.TierChangeContract;
import io.varve.conformance.contract.TierContract;
import io.varve.conformance.contract.TierFaultContract;
import io.varve.conformance.contract.TimestampContract;
import io.varve.conformance.contract.TrimContract;
import io.varve.conformance.contract.TruncateContract;
import io.varve.conformance.rig.StorageRig;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;

/**
 * Runs every check of the storage contract on a backend. A test extends it and implements {@link #rig()};
 * each area appears as a nested class.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
public abstract class StorageConformance {
    /** For subclasses. */
    protected StorageConformance() {}

    /** @return a rig on a new, empty storage; called before every check, closed after it */
    protected abstract StorageRig rig();

    /** @return how long to go on with what has no end of its own */
    protected RunScale scale() {
        return RunScale.BUILD;
    }

    /**
     * Chooses the failpoints at which processes are made to halt: all, unless overridden.
     *
     * @param failPoint a failpoint's name
     * @return true to halt there
     */
    protected boolean haltsAt(String failPoint) {
        return true;
    }

    @Nested
    @Order(1)
    @DisplayName("append and read")
    final class AppendAndRead extends AppendReadContract {
        AppendAndRead() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(2)
    @DisplayName("the two moments")
    final class TwoMoments extends SyncContract {
        TwoMoments() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(3)
    @DisplayName("appended and not synced")
    final class Pending extends PendingContract {
        Pending() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(4)
    @DisplayName("open, fence, close, delete")
    final class Lifecycle extends LifecycleContract {
        Lifecycle() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(5)
    @DisplayName("trim")
    final class Trim extends TrimContract {
        Trim() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(6)
    @DisplayName("truncate")
    final class Truncate extends TruncateContract {
        Truncate() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(7)
    @DisplayName("timestamps")
    final class Timestamps extends TimestampContract {
        Timestamps() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(8)
    @DisplayName("segments")
    final class TimelessSegments extends SegmentContract {
        TimelessSegments() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(23)
    @DisplayName("seal")
    final class Seal extends SealContract {
        Seal() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(9)
    @DisplayName("replace")
    final class Replace extends ReplaceContract {
        Replace() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(10)
    @DisplayName("snapshots")
    final class SnapshotBlobs extends SnapshotContract {
        SnapshotBlobs() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(11)
    @DisplayName("concurrency")
    final class Concurrency extends ConcurrencyContract {
        Concurrency() {
            super(StorageConformance.this::rig, scale());
        }
    }

    @Nested
    @Order(12)
    @DisplayName("random histories")
    final class Histories extends HistoryContract {
        Histories() {
            super(StorageConformance.this::rig, scale());
        }
    }

    @Nested
    @Order(13)
    @DisplayName("many partitions")
    final class ManyPartitions extends ManyPartitionsContract {
        ManyPartitions() {
            super(StorageConformance.this::rig, scale());
        }
    }

    @Nested
    @Order(14)
    @DisplayName("leaks")
    final class Leaks extends LeakContract {
        Leaks() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(15)
    @DisplayName("faults")
    final class DeviceFaults extends FaultContract {
        DeviceFaults() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(16)
    @DisplayName("interrupts")
    final class Interrupts extends InterruptContract {
        Interrupts() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(17)
    @DisplayName("one user")
    final class OneUser extends ExclusionContract {
        OneUser() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(18)
    @DisplayName("failed syncs")
    final class FailedSyncs extends FailedSyncContract {
        FailedSyncs() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(19)
    @DisplayName("lost directories")
    final class LostDirectories extends DirectoryLossContract {
        LostDirectories() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(22)
    @DisplayName("bystanders")
    final class Bystanders extends BystanderContract {
        Bystanders() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(20)
    @DisplayName("failpoints")
    final class FailPointHalts extends CrashContract.AtFailPoints {
        FailPointHalts() {
            super(StorageConformance.this::rig, scale(), StorageConformance.this::haltsAt);
        }
    }

    @Nested
    @Order(21)
    @DisplayName("kills")
    final class Kills extends CrashContract.AtRandomMoments {
        Kills() {
            super(StorageConformance.this::rig, scale());
        }
    }

    @Nested
    @Order(23)
    @DisplayName("tier")
    final class Tiers extends TierContract {
        Tiers() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(24)
    @DisplayName("changes in the tier")
    final class TierChanges extends TierChangeContract {
        TierChanges() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(25)
    @DisplayName("lost disks")
    final class LostDisks extends LostDiskContract {
        LostDisks() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(26)
    @DisplayName("second owner")
    final class SecondOwners extends SecondOwnerContract {
        SecondOwners() {
            super(StorageConformance.this::rig);
        }
    }

    @Nested
    @Order(27)
    @DisplayName("tier faults")
    final class TierFailures extends TierFaultContract {
        TierFailures() {
            super(StorageConformance.this::rig);
        }
    }
}
