// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.experiments.scenario.BackendSpec.Kind;
import io.varve.s3.price.PriceTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the storage, its faults, and prices. */
final class EnvironmentReader {
    private static final double MAX_PRICE = 1_000_000;

    private final Block scenario;

    EnvironmentReader(Block scenario) {
        this.scenario = scenario;
    }

    Environment read() {
        BackendSpec backend = scenario.find("backend")
                .map(EnvironmentReader::backend)
                .orElse(new BackendSpec(Kind.HEADERS, Optional.empty(), Map.of()));
        List<FaultSpec> faults = new ArrayList<>();
        for (YamlValue field : scenario.find("faults")
                .map(list -> list.items("a list of faults"))
                .orElse(List.of())) {
            fault(field, backend).ifPresent(faults::add);
        }
        return new Environment(
                backend,
                faults,
                scenario.find("prices")
                        .map(field -> prices(field.block("prices")))
                        .orElse(PriceTable.listed()));
    }

    private static BackendSpec backend(YamlValue field) {
        if (!field.isBlock()) {
            return spec(field.choice(Kind.HEADERS, Stream.of(Kind.values())), Optional.empty(), Map.of());
        }
        Block block = field.block("backend");
        Kind kind = block.require("name", "headers, memory, file, lmdb or s3")
                .map(name -> name.choice(Kind.HEADERS, Stream.of(Kind.values())))
                .orElse(Kind.HEADERS);
        Optional<Kind> hot = block.find("hot").map(name -> {
            if (kind != Kind.S3) {
                name.wrong("is for s3 only: remove it, or set name: s3");
            }
            return name.choice(Kind.FILE, Stream.of(Kind.values()).filter(hotKind -> hotKind != Kind.S3));
        });
        BackendSettings known = new BackendSettings(spec(kind, hot, Map.of()));
        Map<String, String> settings = new LinkedHashMap<>();
        block.find("settings").ifPresent(map -> {
            Block entries = map.block("backend-settings");
            entries.others().forEach(entry -> {
                if (known.contains(entry.getKey())) {
                    known.read(entry.getKey(), entry.getValue())
                            .ifPresent(value -> settings.put(entry.getKey(), value));
                } else {
                    entries.wrongKey(
                            entry.getKey(),
                            "is no setting of the backend " + YamlValue.name(kind) + ": "
                                    + Spelling.advice(entry.getKey(), known.names()));
                }
            });
        });
        block.end();
        return spec(kind, hot, settings);
    }

    private static BackendSpec spec(Kind kind, Optional<Kind> hot, Map<String, String> settings) {
        return new BackendSpec(kind, kind == Kind.S3 ? Optional.of(hot.orElse(Kind.FILE)) : Optional.empty(), settings);
    }

    private enum FaultKind {
        S3_OUTAGE,
        DISK
    }

    private static Optional<FaultSpec> fault(YamlValue field, BackendSpec backend) {
        Block block = field.block("fault");
        Optional<YamlValue> named = block.require("kind", "s3-outage or disk");
        if (named.isEmpty()) {
            return Optional.empty();
        }
        FaultKind kind = named.get().choice(FaultKind.DISK, Stream.of(FaultKind.values()));
        FaultSpec fault;
        if (kind == FaultKind.S3_OUTAGE) {
            if (backend.kind() != Kind.S3) {
                named.get().wrong("needs a bucket: set backend: {name: s3}");
            }
            long[] span = span(block);
            fault = new FaultSpec.S3Outage(span[0], span[1]);
        } else {
            fault = new FaultSpec.LimitedDisk(block.require("size", Quantities.SIZE)
                    .map(size -> size.bytes(1 << 20, 1 << 20, 1L << 60))
                    .orElse(1L << 20));
        }
        block.end();
        return Optional.of(fault);
    }

    /** @return from and to, in ms after the run's start */
    static long[] span(Block block) {
        String wanted = "a time after the run's start, as 30h";
        long from = block.require("from", wanted)
                .map(field -> field.millis(0, 0, ScenarioReader.MAX_MS))
                .orElse(0L);
        Optional<YamlValue> end = block.require("to", wanted);
        long to = end.map(field -> field.millis(from + 1, 0, ScenarioReader.MAX_MS))
                .orElse(from + 1);
        if (to <= from) {
            end.ifPresent(field -> field.wrong("must be after from"));
            to = from + 1;
        }
        return new long[] {from, to};
    }

    private static PriceTable prices(Block block) {
        PriceTable listed = PriceTable.listed();
        Map<String, Double> changed = new LinkedHashMap<>();
        for (String key : PriceTable.KEYS) {
            double usual = listed.dollars().get(key);
            block.find(key).ifPresent(field -> changed.put(key, field.number(usual, 0, MAX_PRICE)));
        }
        block.end();
        return listed.with(changed);
    }
}
