// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.s3.client.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/** Names the manifest's objects by number, so that their order is that of their keys. Stateless. */
final class ManifestKeys {
    static final String ENTRIES = "manifest/";
    static final String SNAPSHOTS = "snapshot/";

    private static final int DIGITS = 20;

    private ManifestKeys() {}

    static String entry(long number) {
        return ENTRIES + digits(number);
    }

    static String snapshot(long number) {
        return SNAPSHOTS + digits(number);
    }

    private static String digits(long number) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }

    /**
     * Lists numbers, ascending. What does not look like a number is not the manifest's, and is left alone.
     *
     * @param prefix {@link #ENTRIES} or {@link #SNAPSHOTS}
     * @param after only numbers above this one
     */
    static List<Long> list(ObjectStore store, String prefix, long after) {
        List<Long> numbers = new ArrayList<>();
        String from = after == 0 ? "" : prefix + digits(after);
        store.list(prefix, from, object -> {
            String name = object.key().substring(prefix.length());
            if (name.matches("0[0-9]{19}")) {
                long number = Long.parseLong(name);
                if (number > after) {
                    numbers.add(number);
                }
            }
        });
        return numbers;
    }
}
