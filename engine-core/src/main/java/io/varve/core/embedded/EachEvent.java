// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Passes every event to a listener, as fast as the listener returns. Used by one thread. */
final class EachEvent implements Flow.Subscriber<StoredEvent> {
    private final Consumer<StoredEvent> listener;

    EachEvent(Consumer<StoredEvent> listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(StoredEvent event) {
        listener.accept(event);
    }

    @Override
    public void onError(Throwable failure) {
        // Tail.ended says it.
    }

    @Override
    public void onComplete() {
        // Tail.ended says it.
    }
}
