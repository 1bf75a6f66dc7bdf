// SPDX-License-Identifier: Apache-2.0
/**
 * Holds what the runs of an experiment measured, and writes and reads it as CSV and JSON. What is written
 * depends on the measurements only: fixed orders, fixed forms of numbers, no time of this machine.
 */
package io.varve.experiments.result;
