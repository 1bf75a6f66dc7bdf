// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Formats rows of cells as aligned columns, two blanks apart. Stateless. */
public final class TextTable {
    private static final String GAP = "  ";

    private TextTable() {}

    /**
     * @param rows the cells, as many in each row as in the first
     * @param numbers indexes, from 0 on, of the columns that are aligned to the right; the others are aligned
     *     to the left
     * @return a line for each row, without trailing blanks
     */
    public static List<String> lines(List<List<String>> rows, Set<Integer> numbers) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = row.get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(numbers.contains(column) ? padding + cell : cell + padding)
                        .append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
