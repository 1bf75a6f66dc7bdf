// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.Objects;

/**
 * Says whether a policy satisfied a constraint.
 *
 * @param constraint as the scenario words it
 * @param satisfied true if it did
 * @param measured the number that was compared
 * @param unit of that number: {@code records}, {@code ms}, {@code bytes}, {@code $/month}
 */
public record ConstraintResult(String constraint, boolean satisfied, double measured, String unit) {
    /** Checks presence. */
    public ConstraintResult {
        Objects.requireNonNull(constraint, "constraint");
        Objects.requireNonNull(unit, "unit");
    }
}
