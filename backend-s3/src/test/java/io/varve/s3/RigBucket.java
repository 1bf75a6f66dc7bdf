// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.conformance.rig.TierFaults;
import java.util.List;

/** Shows rigs what their storages have in a bucket. */
interface RigBucket extends AutoCloseable {
    /**
     * @param folder first part of the keys, with the value of {@code s3.prefix}
     * @return the keys of all objects there, sorted
     */
    List<String> keys(String folder);

    /** @return what can be done to the requests of all storages in the bucket */
    TierFaults faults();

    @Override
    void close();
}
