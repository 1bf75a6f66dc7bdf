// SPDX-License-Identifier: Apache-2.0
/** Tracks the first offset of each leader epoch of a partition. */
package io.varve.core.log.epoch;
