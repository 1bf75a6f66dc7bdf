// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs about where partitions are kept and who leads them. The one broker leads and keeps each of
 * them.
 */
package io.varve.server.api.replica;
