// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

import io.varve.core.embedded.EventSourced;
import io.varve.core.embedded.EventStore;
import io.varve.core.embedded.Tail;
import io.varve.core.event.Decision;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Pays wages, and lets two people move money: run it twice with one directory, and the second run goes on
 * with the balances of the first.
 */
public final class BankProgram {
    private static final int SNAPSHOT_EVERY = 100;
    private static final long WAGE = 100_00;

    private BankProgram() {}

    /** @param arguments the backend's name, {@code file} for instance, and a directory */
    public static void main(String[] arguments) {
        run(arguments[0], Path.of(arguments[1]), System.out);
    }

    static void run(String backend, Path directory, PrintStream out) {
        try (EventStore store = EventStore.open(backend, directory)) {
            EventSourced<Accounts, BankEvent> bank =
                    EventSourced.open(store, "bank", new BankModel(), new AccountsCodec(), SNAPSHOT_EVERY);
            out.println("begins with " + bank.state().cents());

            // Somebody else follows the events: a projection, a mail, another system.
            long begin = bank.stream().endOffset();
            CompletableFuture<Void> printed = new CompletableFuture<>();
            Tail statement = bank.stream().subscribe(begin, event -> {
                out.println(event.offset() + ": " + event.text());
                if (event.offset() == begin + 2) {
                    printed.complete(null);
                }
            });

            bank.execute(state -> Decision.of(
                    List.of(new BankEvent.Deposited("alice", WAGE), new BankEvent.Deposited("bob", WAGE)), null));
            long left = bank.execute(state -> state.transfer("alice", "bob", 60_00));
            printed.join();
            statement.close();
            out.println("alice has " + left);

            try {
                bank.execute(state -> state.transfer("alice", "bob", 1000_00));
            } catch (IllegalStateException e) {
                out.println("refused: " + e.getMessage());
            }
        }
    }
}
