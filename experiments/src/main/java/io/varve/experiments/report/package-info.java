// SPDX-License-Identifier: Apache-2.0
/**
 * Writes pages that draw what experiments measured. A page is one file: data, scripts, styles and the library
 * of charts are in it, and it fetches nothing. Its size is bounded.
 */
package io.varve.experiments.report;
