// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Parses a CSV file (RFC 4180) into cells. */
final class CsvLines {
    private final List<List<String>> rows = new ArrayList<>();
    private List<String> row = new ArrayList<>();
    private final StringBuilder cell = new StringBuilder();
    private boolean quoted;

    private CsvLines() {}

    /** @throws IOException if the file cannot be read, or ends within quotes */
    static List<List<String>> parse(Path file) throws IOException {
        CsvLines lines = new CsvLines();
        String text = Files.readString(file);
        for (int i = 0; i < text.length(); i++) {
            i += lines.take(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : '\n');
        }
        if (lines.quoted) {
            throw new IOException(file + ": row " + (lines.rows.size() + 1) + " has no closing quote");
        }
        if (!lines.row.isEmpty() || !lines.cell.isEmpty()) {
            lines.endRow();
        }
        return lines.rows;
    }

    /** @return how many more characters belong to this one */
    private int take(char c, char next) {
        if (quoted && c == '"' && next == '"') {
            cell.append(c);
            return 1;
        }
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            cell.append(c);
        } else if (c == ',') {
            endCell();
        } else if (c == '\n') {
            endRow();
        } else if (c != '\r') {
            cell.append(c);
        }
        return 0;
    }

    private void endCell() {
        row.add(cell.toString());
        cell.setLength(0);
    }

    private void endRow() {
        endCell();
        rows.add(row);
        row = new ArrayList<>();
    }
}
