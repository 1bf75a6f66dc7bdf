// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * One side of a transfer: what an account gives or gets.
 *
 * @param transaction which it belongs to
 * @param side 0 for the account that gives, 1 for the other
 * @param amount what is added to the account, negative for the one that gives
 */
public record HistoryEntry(Attempt.Id transaction, int side, long amount) {
    /** Reads what {@link #text} wrote. */
    public static HistoryEntry parse(String text) {
        String[] parts = text.split("/");
        return new HistoryEntry(
                new Attempt.Id(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])),
                Integer.parseInt(parts[2]),
                Long.parseLong(parts[3]));
    }

    /** As the value of a record. */
    public String text() {
        return transaction.producer() + "/" + transaction.number() + "/" + side + "/" + amount;
    }
}
