// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

/** Names the origin of an append. */
public enum AppendOrigin {
    /** A producer over the wire: not trusted, may not write control batches. */
    CLIENT,
    /** The broker itself (metadata, coordinators): may write control batches; no sequence checks. */
    BROKER
}
