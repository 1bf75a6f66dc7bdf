// SPDX-License-Identifier: Apache-2.0
/** Runs scenarios from the command line ({@code bin/varve-experiment.sh}). */
package io.varve.experiments.command;
