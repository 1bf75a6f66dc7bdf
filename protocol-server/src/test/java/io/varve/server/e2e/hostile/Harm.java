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
 * @param besieged the listener it is done to
 */
public record Harm(String name, Attack attack, Besieged besieged) {
    Harm(String name, Attack attack) {
        this(name, attack, Besieged.OPEN);
    }

    /** The listeners of the server. */
    public enum Besieged {
        /** Takes requests of everybody. */
        OPEN,
        /** Takes requests of clients that have authenticated by SASL. */
        SASL,
        /** Takes requests over TLS. */
        TLS
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
                        FewRights.harms(),
                        TokenHarms.harms(),
                        TlsHarms.harms(),
                        HeldBack.harms(),
                        DecompressionBombs.harms(),
                        OldFormats.harms(),
                        ShareHarms.harms(),
                        StateGrowth.harms())
                .flatMap(List::stream)
                .toList();
    }
}
