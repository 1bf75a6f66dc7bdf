// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

/** Measures what one of those who use a quota has used. Not thread-safe. */
sealed interface Meter permits RateMeter, TokenMeter {
    /** @return the time in ms from which on a new meter would measure the same */
    long forgettableAt();
}
