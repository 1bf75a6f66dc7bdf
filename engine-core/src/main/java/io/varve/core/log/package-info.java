// SPDX-License-Identifier: Apache-2.0
/**
 * Owns one partition: who writes, how far consumers see, what is trimmed and compacted. The parts of it are
 * in the packages below.
 */
package io.varve.core.log;
