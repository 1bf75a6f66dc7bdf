// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;

/**
 * Searches a log for the end of damage: doubles the step until it meets a sound batch, then halves it.
 * Stateless.
 */
public final class DamageEndSearch {
    private DamageEndSearch() {}

    /**
     * @param store the partition's
     * @param damaged an offset at which no sound batch can be read
     * @param end where to stop the search, exclusive, at most the readable end
     * @return the first offset behind the damage at which a sound batch can be read, or {@code end}
     */
    public static long behind(PartitionStore store, long damaged, long end) {
        long bad = damaged;
        long good = damaged + 1;
        for (long step = 1; good < end && !isReadable(store, good, end); step *= 2) {
            bad = good;
            good = good + step;
        }
        good = Math.min(good, end);
        while (good - bad > 1) {
            long middle = bad + (good - bad) / 2;
            if (isReadable(store, middle, end)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good;
    }

    private static boolean isReadable(PartitionStore store, long offset, long end) {
        try (BatchSlice slice = store.read(offset, end, 0)) {
            if (slice.sizeInBytes() == 0) {
                return true; // only a gap lies before the end
            }
            BatchValidator.validate(slice.buffer(), 0, slice.sizeInBytes());
            return true;
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.CORRUPT) {
                return false;
            }
            throw e;
        } catch (InvalidBatchException e) {
            return false;
        }
    }
}
