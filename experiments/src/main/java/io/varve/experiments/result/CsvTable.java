// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes and reads records of one type as a CSV file (RFC 4180, lines end in LF). A column is a component,
 * {@code timeMs} as {@code time_ms}. A time or an age of -1 is written as an empty cell. Thread-safe.
 *
 * @param <R> a record of strings, int, long and double
 */
final class CsvTable<R extends Record> {
    private static final int DECIMALS = 6;

    private final Class<R> type;
    private final RecordComponent[] columns;

    CsvTable(Class<R> type) {
        this.type = type;
        this.columns = type.getRecordComponents();
    }

    String header() {
        return String.join(",", Arrays.stream(columns).map(CsvTable::name).toList());
    }

    private static String name(RecordComponent column) {
        return column.getName().replaceAll("(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    void write(Path file, List<R> rows) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write(header());
            out.write('\n');
            for (R row : rows) {
                for (int i = 0; i < columns.length; i++) {
                    out.write(i == 0 ? "" : ",");
                    out.write(cell(columns[i], row));
                }
                out.write('\n');
            }
        }
    }

    /** @return the columns by name, in their order; what is an empty cell in the file is null */
    Map<String, List<Object>> columns(List<R> rows) {
        Map<String, List<Object>> found = new LinkedHashMap<>();
        for (RecordComponent column : columns) {
            List<Object> cells = new ArrayList<>(rows.size());
            rows.forEach(row -> cells.add(measured(column, row)));
            found.put(name(column), cells);
        }
        return found;
    }

    private String cell(RecordComponent column, R row) {
        Object value = measured(column, row);
        if (value == null) {
            return "";
        }
        String text = value instanceof BigDecimal number ? number.toPlainString() : String.valueOf(value);
        return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** @return the value as it is written; null where there is none */
    private Object measured(RecordComponent column, R row) {
        Object value = value(column, row);
        if (value instanceof Double number) {
            return decimal(number);
        }
        return value instanceof Long number && number == -1 && isTime(column) ? null : value;
    }

    private static Object value(RecordComponent column, Record row) {
        try {
            return column.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a public record's accessor cannot be called: " + column, e);
        }
    }

    private static boolean isTime(RecordComponent column) {
        return column.getName().endsWith("Ms");
    }

    /** @return the number to six decimals, without zeros at its end */
    static BigDecimal decimal(double number) {
        BigDecimal rounded = BigDecimal.valueOf(number).setScale(DECIMALS, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
    }

    /** @throws IOException if the file cannot be read, or is not such a table: the message says where */
    List<R> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": is absent: run the experiment again");
        }
        List<List<String>> lines = CsvLines.parse(file);
        if (lines.isEmpty() || !String.join(",", lines.get(0)).equals(header())) {
            throw new IOException(file + ":1: must be " + header());
        }
        List<R> rows = new ArrayList<>(lines.size());
        for (int i = 1; i < lines.size(); i++) {
            rows.add(row(file, i + 1, lines.get(i)));
        }
        return rows;
    }

    private R row(Path file, int number, List<String> cells) throws IOException {
        if (cells.size() != columns.length) {
            throw new IOException(
                    file + ": row " + number + " has " + cells.size() + " cells, must have " + columns.length);
        }
        Object[] values = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            try {
                values[i] = parse(columns[i], cells.get(i));
            } catch (NumberFormatException e) {
                throw new IOException(
                        file + ": row " + number + ": " + name(columns[i]) + "=" + cells.get(i) + ": must be a number",
                        e);
            }
        }
        try {
            return constructor().newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a public record's constructor cannot be called: " + type, e);
        }
    }

    private static Object parse(RecordComponent column, String cell) {
        if (column.getType() == long.class) {
            return cell.isEmpty() && isTime(column) ? -1L : Long.parseLong(cell);
        }
        if (column.getType() == int.class) {
            return Integer.parseInt(cell);
        }
        return column.getType() == double.class ? (Object) Double.parseDouble(cell) : cell;
    }

    private Constructor<R> constructor() throws NoSuchMethodException {
        return type.getDeclaredConstructor(
                Arrays.stream(columns).map(RecordComponent::getType).toArray(Class<?>[]::new));
    }
}
