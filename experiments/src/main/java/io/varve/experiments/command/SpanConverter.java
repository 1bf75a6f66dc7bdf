// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.scenario.Quantities;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a duration as scenarios have it, from a second to ten years. Stateless. */
final class SpanConverter implements ITypeConverter<Long> {
    private static final long MIN_MS = 1000;
    private static final long MAX_MS = 3_660L * 86_400_000;

    @Override
    public Long convert(String text) {
        OptionalLong ms = Quantities.millis(text);
        if (ms.isEmpty() || ms.getAsLong() < MIN_MS || ms.getAsLong() > MAX_MS) {
            throw new TypeConversionException("'" + text + "' is not " + Quantities.DURATION + ", from "
                    + Quantities.duration(MIN_MS) + " to " + Quantities.duration(MAX_MS));
        }
        return ms.getAsLong();
    }
}
