// SPDX-License-Identifier: Apache-2.0
package io.varve.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Aligns rows of words in columns, two blanks apart. Stateless. */
public final class TextTable {
    private static final String GAP = "  ";

    private TextTable() {}

    /**
     * @param rows as many words in each as in the first
     * @param numbers the columns, from 0 on, whose words end below each other; in the others they begin so
     * @return a line for each row, without blanks at its end
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
                String word = row.get(column);
                String padding = " ".repeat(widths[column] - word.length());
                line.append(numbers.contains(column) ? padding + word : word + padding)
                        .append(GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
