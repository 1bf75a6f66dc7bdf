// SPDX-License-Identifier: Apache-2.0
/** Ends tests that hang, and processes that tests leave behind, in every test JVM of the build. */
package io.varve.build.watch;
