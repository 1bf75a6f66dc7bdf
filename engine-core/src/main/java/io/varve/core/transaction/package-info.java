// SPDX-License-Identifier: Apache-2.0
/**
 * Tracks the transactions of one partition: open and aborted ones, their markers and verification, and the
 * index of the aborted ones.
 */
package io.varve.core.transaction;
