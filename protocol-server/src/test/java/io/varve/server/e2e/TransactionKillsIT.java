// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.varve.build.watch.Await;
import io.varve.server.txn.TransactionFailPoints;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills the server between two durable steps of a transaction, at each named fail point: transactions stay
 * atomic, and clients continue.
 */
class TransactionKillsIT {
    /** As of a process that was killed. */
    private static final int KILLED = 137;

    private static final int TELLERS = 3;
    private static final Duration PATIENCE = Await.PATIENCE;
    private static final long SEED = Long.getLong("varve.test.bank.seed", System.nanoTime() % 1_000_000);

    @TempDir
    static Path directory;

    private static Server server;

    @BeforeAll
    static void start() {
        server = Server.start(directory, "offsets.topic.num.partitions=4");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<String> places() {
        return TransactionFailPoints.ALL;
    }

    @ParameterizedTest
    @OnlyOnFiles(because = "the coordinator's steps are the same on every storage, at whose own steps it dies too")
    @MethodSource("places")
    void transactionsAreAtomicThroughDeathAt(String place) throws Exception {
        // Early: before the place is passed for the sixth time each teller has begun.
        dieAt(place, 1 + new Random(SEED + place.hashCode()).nextInt(6));
    }

    @Test
    void transactionsAreAtomicThroughDeathOfTheStorage() throws Exception {
        Random random = new Random(SEED);
        for (String place : placesOfTheStorage()) {
            dieAt(place, 20 + random.nextInt(200));
        }
    }

    /** Where a backend appends and syncs; at all its other places it dies in the conformance kit. */
    private static List<String> placesOfTheStorage() throws IllegalAccessException {
        List<String> places = new ArrayList<>();
        for (JavaClass names : new ClassFileImporter().importPackages("io.varve." + Backend.NAME)) {
            if (!names.getSimpleName().endsWith("FailPoints")) {
                continue;
            }
            for (Field field : names.reflect().getDeclaredFields()) {
                field.setAccessible(true);
                if (field.get(null) instanceof String place
                        && place.matches(".*\\.(append|sync)\\.(after|before-force).*")) {
                    places.add(place);
                }
            }
        }
        assertThat(places).isNotEmpty();
        return places;
    }

    /**
     * Lets the server die there while tellers work, starts it again, and judges what it made of their
     * transactions.
     */
    private static void dieAt(String place, int time) throws Exception {
        BankRound round = new BankRound("killed-at-" + place, SEED);
        server = (Server) round.play(server, TELLERS, started -> {
            Server running = (Server) started;
            running.crash();
            running = running.againUntil(place, time);
            assertThat(running.running().exitWithin(PATIENCE))
                    .as("the %s. time at %s", time, place)
                    .isEqualTo(KILLED);
            running = running.again();
            round.awaitCommitted(10);
            return running;
        });
    }
}
