// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

import io.varve.core.event.Decision;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Holds the state of the bank, immutable.
 *
 * @param cents how much each account has
 */
record Accounts(SortedMap<String, Long> cents) {
    Accounts() {
        this(new TreeMap<>());
    }

    long of(String account) {
        return cents.getOrDefault(account, 0L);
    }

    /** Decides a transfer: the event, and what the source has then. */
    Decision<BankEvent, Long> transfer(String from, String to, long amount) {
        if (of(from) < amount) {
            throw new IllegalStateException(from + " has " + of(from) + ", which does not cover " + amount);
        }
        return Decision.of(List.of(new BankEvent.Transferred(from, to, amount)), of(from) - amount);
    }

    /** @return the accounts after an event */
    Accounts after(BankEvent event) {
        TreeMap<String, Long> next = new TreeMap<>(cents);
        if (event instanceof BankEvent.Deposited deposited) {
            next.merge(deposited.account(), deposited.cents(), Long::sum);
        } else if (event instanceof BankEvent.Transferred transferred) {
            next.merge(transferred.from(), -transferred.cents(), Long::sum);
            next.merge(transferred.to(), transferred.cents(), Long::sum);
        }
        return new Accounts(next);
    }
}
