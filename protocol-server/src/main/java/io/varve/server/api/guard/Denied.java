// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What was taken from a request because its sender may not name it.
 *
 * @param asked the part of the request that it was taken from
 * @param taken what was taken, in the order of the request
 * @param <T> type of an element
 */
record Denied<T>(Collection<T> asked, List<T> taken) {
    /**
     * @param asked a part of a request, which can be changed
     * @param allowed decides on each element
     */
    static <T> Denied<T> take(Collection<T> asked, Predicate<T> allowed) {
        List<T> taken = new ArrayList<>();
        for (Iterator<T> each = asked.iterator(); each.hasNext(); ) {
            T element = each.next();
            if (!allowed.test(element)) {
                each.remove();
                taken.add(element);
            }
        }
        return new Denied<>(asked, taken);
    }

    /**
     * Has the rest of the request served.
     *
     * @param type type of the answer
     * @param answer adds an error to the answer for each element that was taken; called if there is one, and
     *     an answer
     * @throws HeavyRequestException if a worker thread must serve the request, which is whole again then
     */
    <R extends ApiMessage> CompletionStage<? extends ApiMessage> serve(
            Request request, ApiHandler handler, Class<R> type, BiConsumer<R, T> answer) {
        if (taken.isEmpty()) {
            return handler.handle(request);
        }
        return restoring(List.of(this), () -> handler.handle(request)).thenApply(served -> {
            if (served != null) {
                taken.forEach(element -> answer.accept(type.cast(served), element));
            }
            return served;
        });
    }

    /**
     * Has a request served, parts of which were taken.
     *
     * @param parts what was taken
     * @param serving has the rest served
     * @throws HeavyRequestException if a worker thread must serve the request, which has the parts again then
     */
    static CompletionStage<? extends ApiMessage> restoring(
            Collection<? extends Denied<?>> parts, Supplier<CompletionStage<? extends ApiMessage>> serving) {
        try {
            return serving.get();
        } catch (HeavyRequestException heavy) {
            parts.forEach(Denied::restore);
            throw heavy;
        }
    }

    private void restore() {
        asked.addAll(taken);
    }

    boolean isEmpty() {
        return taken.isEmpty();
    }
}
