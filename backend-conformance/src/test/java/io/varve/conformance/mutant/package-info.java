// SPDX-License-Identifier: Apache-2.0
/** The kit's teeth: backends with one fault each, and the proof that none of them passes. */
package io.varve.conformance.mutant;
