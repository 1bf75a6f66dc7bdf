// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import java.util.List;

/**
 * Holds what one read returned.
 *
 * @param events the events, in order; empty at the end of the stream
 * @param nextOffset where the next read goes on
 */
public record EventPage(List<StoredEvent> events, long nextOffset) {
    /** Copies the events. */
    public EventPage {
        events = List.copyOf(events);
    }
}
