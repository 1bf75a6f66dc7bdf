// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import java.math.BigDecimal;
import java.math.MathContext;

/** Rounds what is estimated to the digits that say something. Stateless. */
final class Rounded {
    private static final MathContext DIGITS = new MathContext(5);
    private static final MathContext FEW_DIGITS = new MathContext(3);

    private Rounded() {}

    /** @return five digits of a number */
    static double digits(double number) {
        return new BigDecimal(number).round(DIGITS).doubleValue();
    }

    /** @return three digits of a number */
    static double fewDigits(double number) {
        return new BigDecimal(number).round(FEW_DIGITS).doubleValue();
    }
}
