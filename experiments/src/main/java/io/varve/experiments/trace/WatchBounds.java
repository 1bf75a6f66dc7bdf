// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import java.util.function.BooleanSupplier;

/**
 * Says when a watch ends.
 *
 * @param forMs after so many ms at the latest, above 0
 * @param fromBeginning true to read what the topic has, up to its end when the watch begins; false to wait
 *     for what is written meanwhile
 * @param stopped asked again and again: true ends the watch
 */
public record WatchBounds(long forMs, boolean fromBeginning, BooleanSupplier stopped) {}
