// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a scenario on the engine in virtual time, once for each policy, and measures what happens.
 */
package io.varve.experiments.run;
