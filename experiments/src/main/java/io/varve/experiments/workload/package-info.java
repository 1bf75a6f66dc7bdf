// SPDX-License-Identifier: Apache-2.0
/**
 * Writes to and reads from open partitions in virtual time, as a scenario's producers and consumers do.
 */
package io.varve.experiments.workload;
