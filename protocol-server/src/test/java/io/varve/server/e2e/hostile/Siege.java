// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Does one harm by many attackers at the same time, for a while. */
public final class Siege implements AutoCloseable {
    /** The topic that there is, full of records but for its last partition. */
    public static final String TOPIC = "besieged";

    /** Partitions of {@link #TOPIC} with records. */
    public static final int PARTITIONS = 100;

    /** The partition of {@link #TOPIC} without. */
    public static final int EMPTY_PARTITION = PARTITIONS;

    /** The topic bombs go to, of one partition. */
    public static final String BOMBS = "bombs";

    /**
     * How long in ms an attacker waits between two turns: what is to be seen is what a request does, not how
     * many a machine can send.
     */
    static final long PAUSE_MS = 100;

    private static final int ATTACKERS = 50;
    private static final long SEED = 20_260_102;

    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Attacker> attackers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Begins. */
    public Siege(Harm harm, int port) {
        for (int number = 0; number < ATTACKERS; number++) {
            Attacker attacker = new Attacker(port, number, SEED, over);
            attackers.add(attacker);
            Thread thread = new Thread(() -> attack(attacker, harm), "attacker-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void attack(Attacker attacker, Harm harm) {
        while (!attacker.isOver()) {
            try {
                harm.attack().turn(attacker);
                continue;
            } catch (IOException hungUp) {
                // The server may; it is not to mind.
            }
            try {
                attacker.hangUp();
                attacker.linger(PAUSE_MS);
            } catch (IOException e) {
                // The time is over.
            }
        }
    }

    /** Cuts all connections and waits for the attackers' threads to end. */
    @Override
    public void close() throws IOException {
        over.countDown();
        for (Attacker attacker : attackers) {
            attacker.hangUp();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
