// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

import io.varve.core.embedded.EventModel;
import java.nio.charset.StandardCharsets;

/** Says what events mean to accounts, and writes events as lines. */
final class BankModel implements EventModel<Accounts, BankEvent> {
    @Override
    public Accounts initial() {
        return new Accounts();
    }

    @Override
    public Accounts apply(Accounts state, BankEvent event) {
        return state.after(event);
    }

    @Override
    public byte[] write(BankEvent event) {
        return event.line().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public BankEvent read(byte[] bytes) {
        return BankEvent.parse(new String(bytes, StandardCharsets.UTF_8));
    }
}
