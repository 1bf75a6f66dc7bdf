// SPDX-License-Identifier: Apache-2.0
/**
 * One partition: its segments, what readers see of them, how far they are durable; and the data directory it
 * lies in.
 */
package io.varve.file.partition;
