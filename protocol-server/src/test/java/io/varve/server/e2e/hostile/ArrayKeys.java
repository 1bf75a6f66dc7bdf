// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Generates keys of array elements that make hash tables slow or large. */
enum ArrayKeys {
    EQUAL {
        @Override
        List<String> of(int count) {
            return Collections.nCopies(count, "equal");
        }
    },
    /** Different, with one hash code: "Aa" and "BB" have the same. */
    COLLIDING {
        @Override
        List<String> of(int count) {
            int pairs = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
            return IntStream.range(0, count)
                    .mapToObj(number -> {
                        StringBuilder name = new StringBuilder();
                        for (int bit = 0; bit < pairs; bit++) {
                            name.append((number >> bit & 1) == 0 ? "Aa" : "BB");
                        }
                        return name.toString();
                    })
                    .toList();
        }
    },
    MANY {
        @Override
        List<String> of(int count) {
            return IntStream.range(0, count).mapToObj(number -> "k" + number).toList();
        }
    };

    abstract List<String> of(int count);
}
