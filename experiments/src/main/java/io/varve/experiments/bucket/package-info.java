// SPDX-License-Identifier: Apache-2.0
/**
 * Simulates a bucket in virtual time: keeps objects, counts requests as a bucket bills them, takes time by a
 * stated model, and is away when the scenario says so.
 */
package io.varve.experiments.bucket;
