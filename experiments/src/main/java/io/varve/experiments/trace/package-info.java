// SPDX-License-Identifier: Apache-2.0
/** Watches a topic of a running cluster, and describes the shape of its traffic in a scenario's words. */
package io.varve.experiments.trace;
