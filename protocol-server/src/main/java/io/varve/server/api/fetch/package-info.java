// SPDX-License-Identifier: Apache-2.0
/**
 * Handles Fetch: reads the partitions of a consumer's session within its limits, and waits while too few
 * records exist.
 */
package io.varve.server.api.fetch;
