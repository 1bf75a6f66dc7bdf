// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.List;
import java.util.Map;

/** Turns rows of a CSV file into its columns. Stateless. */
public final class ResultColumns {
    private ResultColumns() {}

    /**
     * @param <R> a record that is a row of a CSV file of the results
     * @param type that record
     * @param rows in the order of the file
     * @return the cells of each column, by the column's name in the file; what is an empty cell there is null
     */
    public static <R extends Record> Map<String, List<Object>> of(Class<R> type, List<R> rows) {
        return new CsvTable<>(type).columns(rows);
    }
}
