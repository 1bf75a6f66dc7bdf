// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.run;

import java.time.Duration;
import java.util.List;

/**
 * The outcome of one check.
 *
 * @param area the area's name, for instance {@code append and read}
 * @param check the check's name within its area, for instance {@code skipsGaps}; with its arguments where it
 *     has some
 * @param status passed, failed or skipped
 * @param took how long it ran
 * @param cause why it failed or was skipped; null when it passed
 * @param notes what it measured: every entry published through its {@code TestReporter}, as
 *     {@code key: value}
 */
public record CheckOutcome(
        String area, String check, Status status, Duration took, Throwable cause, List<String> notes) {
    /** Copies the notes. */
    public CheckOutcome {
        notes = List.copyOf(notes);
    }

    /** How a check ended. */
    public enum Status {
        /** The backend does what the contract says. */
        PASSED,
        /** It does not. */
        FAILED,
        /** The rig does not offer what the check needs; the cause's message says what. */
        SKIPPED
    }
}
