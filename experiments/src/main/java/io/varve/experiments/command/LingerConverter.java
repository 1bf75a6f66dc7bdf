// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.scenario.Quantities;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how long batches gather records, from a ms to an hour. Stateless. */
final class LingerConverter implements ITypeConverter<Long> {
    private static final long MAX_MS = 3_600_000;

    @Override
    public Long convert(String text) {
        OptionalLong ms = Quantities.millis(text);
        if (ms.isEmpty() || ms.getAsLong() < 1 || ms.getAsLong() > MAX_MS) {
            throw new TypeConversionException("'" + text + "' is not " + Quantities.DURATION + ", from 1ms to 1h");
        }
        return ms.getAsLong();
    }
}
