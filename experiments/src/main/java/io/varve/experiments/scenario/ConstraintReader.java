// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.experiments.scenario.Constraint.Comparison;
import io.varve.experiments.scenario.Constraint.Measure;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what a policy must keep, from a short sentence. */
final class ConstraintReader {
    private static final String NO_LOSS = "no consumer loses data";
    private static final Map<String, Measure> MEASURES = Map.of(
            "first byte", Measure.FIRST_BYTE,
            "oldest record", Measure.OLDEST_RECORD,
            "cost", Measure.COST,
            "local bytes", Measure.LOCAL_BYTES,
            "remote bytes", Measure.REMOTE_BYTES,
            "lag", Measure.LAG,
            "write amplification", Measure.WRITE_AMPLIFICATION);
    private static final List<String> EXAMPLES = List.of(
            NO_LOSS,
            "first byte < 1s",
            "oldest record >= 3d",
            "cost < 10/month",
            "local bytes < 20GB",
            "remote bytes < 1TB",
            "lag < 1h",
            "write amplification < 3");
    private static final Pattern COMPARED = Pattern.compile("([a-zA-Z ]+?)\\s*(<=|>=|<|>)\\s*(\\S.*)");

    private ConstraintReader() {}

    /** @return what a file's block demands */
    static List<Constraint> readAll(Block block) {
        return block.find("constraints").map(field -> field.items("a list of constraints")).orElse(List.of()).stream()
                .map(ConstraintReader::read)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Constraint> read(YamlValue field) {
        String wanted = "a constraint, as " + String.join("; ", EXAMPLES);
        Optional<String> text = field.text(wanted);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Constraint> constraint = parse(text.get().strip().replaceAll("\\s+", " "), text.get());
        if (constraint.isEmpty()) {
            field.wrong("must be " + wanted);
        }
        return constraint;
    }

    private static Optional<Constraint> parse(String words, String text) {
        if (words.equalsIgnoreCase(NO_LOSS)) {
            return Optional.of(new Constraint(text, Measure.LOST_RECORDS, Comparison.AT_MOST, 0));
        }
        Matcher compared = COMPARED.matcher(words);
        if (!compared.matches()) {
            return Optional.empty();
        }
        Measure measure = MEASURES.get(compared.group(1).toLowerCase(Locale.ROOT));
        if (measure == null) {
            return Optional.empty();
        }
        OptionalDouble limit = limit(measure, compared.group(3));
        Comparison comparison = Stream.of(Comparison.values())
                .filter(each -> each.sign().equals(compared.group(2)))
                .findFirst()
                .orElseThrow();
        return limit.isPresent()
                ? Optional.of(new Constraint(text, measure, comparison, limit.getAsDouble()))
                : Optional.empty();
    }

    private static OptionalDouble limit(Measure measure, String text) {
        return switch (measure) {
            case FIRST_BYTE, OLDEST_RECORD, LAG -> number(Quantities.millis(text));
            case LOCAL_BYTES, REMOTE_BYTES -> number(Quantities.bytes(text));
            case COST -> text.endsWith("/month") ? plain(text.substring(0, text.length() - 6)) : OptionalDouble.empty();
            case WRITE_AMPLIFICATION, LOST_RECORDS -> plain(text);
        };
    }

    private static OptionalDouble number(OptionalLong number) {
        return number.isPresent() ? OptionalDouble.of(number.getAsLong()) : OptionalDouble.empty();
    }

    private static OptionalDouble plain(String text) {
        String digits = text.strip().replaceFirst("^\\$", "");
        return digits.matches("[0-9]{1,12}(\\.[0-9]{1,9})?")
                ? OptionalDouble.of(Double.parseDouble(digits))
                : OptionalDouble.empty();
    }
}
