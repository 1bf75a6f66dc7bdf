// SPDX-License-Identifier: Apache-2.0
/**
 * Checks the storage contract, one class an area; {@link io.varve.conformance.StorageConformance} lists them.
 */
package io.varve.conformance.contract;
