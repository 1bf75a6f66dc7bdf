// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * A kind of attack on a server.
 *
 * @param name describes the requests
 * @param attack run repeatedly by each of many peers
 * @param atSasl true if it is done to the listener with SASL, false if to the open one
 */
public record Harm(String name, Attack attack, boolean atSasl) {
    Harm(String name, Attack attack) {
        this(name, attack, false);
    }

    /** Runs one turn of one peer. */
    @FunctionalInterface
    public interface Attack {
        /**
         * Does harm, once.
         *
         * @param attacker the peer; its connections are cut when its time is over
         * @throws IOException when the server hangs up, which is its right
         */
        void turn(Attacker attacker) throws IOException;
    }

    /** @return all of them, those that leave something behind last */
    public static List<Harm> all() {
        return Stream.of(
                        LargeArrays.harms(),
                        ParkedFrames.harms(),
                        UnreadAnswers.harms(),
                        Garbage.harms(),
                        Unauthenticated.harms(),
                        HeldBack.harms(),
                        DecompressionBombs.harms(),
                        OldFormats.harms(),
                        ShareHarms.harms(),
                        StateGrowth.harms())
                .flatMap(List::stream)
                .toList();
    }
}
