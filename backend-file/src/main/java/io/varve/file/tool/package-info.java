// SPDX-License-Identifier: Apache-2.0
/** The command that verifies the data directories of a stopped server: {@code bin/varve-scrub.sh}. */
package io.varve.file.tool;
