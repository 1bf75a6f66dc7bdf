// SPDX-License-Identifier: Apache-2.0
/**
 * Checks the rules that fail the build of every module: package tables, machine calls, names, sizes,
 * comments. Other modules' tests see this package through engine-core's test-jar.
 */
package io.varve.build;
