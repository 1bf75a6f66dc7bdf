// SPDX-License-Identifier: Apache-2.0
/** Checks appends: batches against the partition's rules, sequences against the state of their producers. */
package io.varve.core.log.append;
