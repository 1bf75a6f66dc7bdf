// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

/** Says what happened in the bank. Amounts are in cents, and above 0. */
sealed interface BankEvent {
    /** Somebody brought money. */
    record Deposited(String account, long cents) implements BankEvent {}

    /** Money went from one account to another. */
    record Transferred(String from, String to, long cents) implements BankEvent {}

    /** @return the event as a line of text */
    default String line() {
        if (this instanceof Deposited deposited) {
            return "deposited " + deposited.account + " " + deposited.cents;
        }
        Transferred transferred = (Transferred) this;
        return "transferred " + transferred.from + " " + transferred.to + " " + transferred.cents;
    }

    /** @return the event of a line that {@link #line} returned */
    static BankEvent parse(String line) {
        String[] words = line.split(" ");
        return switch (words[0]) {
            case "deposited" -> new Deposited(words[1], Long.parseLong(words[2]));
            case "transferred" -> new Transferred(words[1], words[2], Long.parseLong(words[3]));
            default -> throw new IllegalArgumentException("no event of a bank: " + line);
        };
    }
}
