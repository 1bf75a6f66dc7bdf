// SPDX-License-Identifier: Apache-2.0
/**
 * Checks a storage backend. A test extends {@link io.varve.conformance.StorageConformance} and gives it a
 * rig, which opens, restarts and crashes the backend's storage.
 */
package io.varve.conformance;
