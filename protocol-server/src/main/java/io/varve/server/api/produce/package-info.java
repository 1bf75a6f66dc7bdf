// SPDX-License-Identifier: Apache-2.0
/** Handles Produce: appends record batches, and responds when the high watermark has passed them. */
package io.varve.server.api.produce;
