// SPDX-License-Identifier: Apache-2.0
/** Knows at which offset each leader epoch of a partition begins. */
package io.varve.core.log.epoch;
