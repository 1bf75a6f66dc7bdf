// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * One side of a transfer: the debit or the credit of an account.
 *
 * @param transaction the transaction of the transfer
 * @param side 0 for the debited account, 1 for the credited one
 * @param amount the amount added to the account, negative for a debit
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
