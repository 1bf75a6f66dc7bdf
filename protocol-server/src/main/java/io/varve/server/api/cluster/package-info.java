// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs about the broker itself: who it is, what is on its disks, which broker coordinates what.
 */
package io.varve.server.api.cluster;
