// SPDX-License-Identifier: Apache-2.0
/**
 * Checks what is appended: batches against the rules of the partition, sequences against what is known of
 * their producers.
 */
package io.varve.core.log.append;
