// SPDX-License-Identifier: Apache-2.0
/** Describes an experiment, and reads its description from a file. */
package io.varve.experiments.scenario;
