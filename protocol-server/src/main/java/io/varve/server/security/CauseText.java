// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.util.ArrayList;
import java.util.List;

/** Words a failure of Kafka's security classes, whose own message seldom says why. Stateless. */
public final class CauseText {
    private CauseText() {}

    /** @return the messages of the failure and its causes in one line, without what one repeats of another */
    public static String of(Throwable failure) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && messages.stream().noneMatch(known -> known.contains(message))) {
                messages.add(message);
            }
        }
        return String.join(": ", messages).replaceAll("\\s*\\R\\s*", " ");
    }
}
