// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.core.record.Codec;

/**
 * Says how batches are compressed.
 *
 * @param codec by what
 * @param ratio bytes before for each byte after, at least 1: values are made so that the codec comes near it.
 *     1 where nothing is compressed
 */
public record CompressionSpec(Codec codec, double ratio) {
    /** Batches as they are. */
    public static final CompressionSpec NONE = new CompressionSpec(Codec.NONE, 1);
}
