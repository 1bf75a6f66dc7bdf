// SPDX-License-Identifier: Apache-2.0
package io.varve.examples.bank;

import io.varve.core.embedded.StateCodec;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes accounts into snapshots: a line each. */
final class AccountsCodec implements StateCodec<Accounts> {
    @Override
    public int version() {
        return 1;
    }

    @Override
    public byte[] write(Accounts state) {
        return state.cents().entrySet().stream()
                .map(account -> account.getKey() + " " + account.getValue() + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Accounts read(byte[] bytes) {
        TreeMap<String, Long> cents = new TreeMap<>();
        new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(" "))
                .forEach(words -> cents.put(words[0], Long.valueOf(words[1])));
        return new Accounts(cents);
    }
}
