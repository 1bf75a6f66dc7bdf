// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

/** Names the origin of an append. */
public enum AppendOrigin {
    /** A producer over the wire: not trusted, may not write control batches. */
    CLIENT,
    /** The broker itself (metadata, coordinators): may write control batches; no sequence checks. */
    BROKER,
    /**
     * A producer in this process that made the batches and vouches for them, as a simulation does. The
     * header is checked as a client's; what is behind it is not looked at: neither the CRC nor a record. So
     * an append costs the same whatever the size of the batch, if the topic has no {@code compression.type}
     * of its own to honor (it is ignored) and the header has its final timestamps: type and max timestamp as
     * {@code message.timestamp.type} wants them. Else the CRC is computed again.
     */
    VOUCHED
}
