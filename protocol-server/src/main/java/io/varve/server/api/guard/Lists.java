// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Changes lists of answers, which may be immutable. Stateless. */
final class Lists {
    private Lists() {}

    /** @return a list with one more element; the same list where that can be changed */
    static <T> List<T> with(List<T> list, T more) {
        List<T> longer = list instanceof ArrayList<T> changeable ? changeable : new ArrayList<>(list);
        longer.add(more);
        return longer;
    }

    /** @return a new list of the elements that are shown */
    static <T> List<T> only(List<T> list, Predicate<T> shown) {
        List<T> rest = new ArrayList<>(list);
        rest.removeIf(shown.negate());
        return rest;
    }
}
