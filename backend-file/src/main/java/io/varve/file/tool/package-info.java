// SPDX-License-Identifier: Apache-2.0
/** Verifies the data directories of a stopped server, for {@code bin/varve-scrub.sh}. */
package io.varve.file.tool;
