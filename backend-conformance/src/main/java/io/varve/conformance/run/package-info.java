// SPDX-License-Identifier: Apache-2.0
/** Runs the checks outside of a build, and reports the outcome of each. */
package io.varve.conformance.run;
