// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.spi.StorageProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Runs JMH on every backend of the class path, or on those the command line names. */
public final class RunStoreBenchmarks {
    private static final String BACKEND = "backend=";

    private RunStoreBenchmarks() {}

    /** @param arguments JMH's own; {@code -p backend=…} names backends */
    public static void main(String[] arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (Arrays.stream(arguments).noneMatch(argument -> argument.startsWith(BACKEND))) {
            all.addAll(List.of("-p", BACKEND + backends()));
        }
        org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    }

    private static String backends() {
        return ServiceLoader.load(StorageProvider.class).stream()
                .map(provider -> provider.get().name())
                .sorted()
                .collect(Collectors.joining(","));
    }
}
