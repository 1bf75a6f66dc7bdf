// SPDX-License-Identifier: Apache-2.0
/**
 * Owns one partition: its writers, its high watermark, its trims and replacements. The packages below hold
 * the parts.
 */
package io.varve.core.log;
