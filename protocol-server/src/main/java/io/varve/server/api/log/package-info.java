// SPDX-License-Identifier: Apache-2.0
/** Handlers of the APIs that move records: Produce, Fetch, ListOffsets and their kin. */
package io.varve.server.api.log;
