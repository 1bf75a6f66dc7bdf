// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds comments that are torn, or that the formatter would tear: it breaks a {@code //} line beyond column
 * 120 at the last word that fits, and leaves the rest of the sentence on a line of its own.
 *
 * <p>A comment line ends by column {@link #MAX_COLUMN}, unless it is a single word. A line in the middle of a
 * sentence ends no earlier than {@link #MIN_COLUMN} if the next line's first word would have fitted.
 */
final class CommentLines {
    /**
     * Last column of a comment line, from 1. The formatter breaks later, so what it has torn has a line
     * beyond this column.
     */
    static final int MAX_COLUMN = 110;

    /** A line that ends before this column, although the next word fits on it, is torn. */
    static final int MIN_COLUMN = 90;

    private static final Pattern LINE = Pattern.compile("^( *(?://|\\*(?!/)|/\\*\\*?) ?)(.*?)(?: *\\*/)?$");
    /** Matches lines that may follow a short line: a tag, markup, a list, a drawing. */
    private static final Pattern OWN_LINE = Pattern.compile("^(\\s|@|<|[-+*|#]|\\d+[.:]|\\p{Lu}+:).*|");
    /** Matches lines that may be short: they end a sentence or a heading, or are markup. */
    private static final Pattern END = Pattern.compile(".*([.:;!?…]\\)?|</?\\w+>)$|");

    private CommentLines() {}

    /** Returns torn and too long lines, each as {@code FILE:LINE what is wrong}. */
    static List<String> faults(SourceFile file) {
        List<String> faults = new ArrayList<>();
        boolean verbatim = false;
        for (int i = 0; i < file.lines().size(); i++) {
            String line = file.lines().get(i);
            Matcher comment = LINE.matcher(line);
            if (!comment.matches()) {
                verbatim = false;
                continue;
            }
            String text = comment.group(2);
            verbatim = verbatim || text.contains("<pre") || text.contains("spotless:off");
            if (!verbatim && line.length() > MAX_COLUMN && text.strip().contains(" ")) {
                faults.add(file.at(i + 1) + " a comment line goes beyond column " + MAX_COLUMN);
            }
            if (!verbatim && i + 1 < file.lines().size() && isTorn(line, text, file.lines().get(i + 1))) {
                faults.add(file.at(i + 1) + " a comment line breaks in the middle of a sentence: \"" + text + "\"");
            }
            verbatim = verbatim && !text.contains("</pre") && !text.contains("spotless:on");
        }
        return faults;
    }

    private static boolean isTorn(String line, String text, String nextLine) {
        Matcher next = LINE.matcher(nextLine);
        if (line.endsWith("*/") || !next.matches() || line.contains("//") != nextLine.contains("//")) {
            return false;
        }
        String word = next.group(2).split(next.group(2).startsWith("{@") ? "}" : "\\s", 2)[0];
        return !END.matcher(text).matches()
                && !OWN_LINE.matcher(next.group(2)).matches()
                && !OWN_LINE.matcher(text).matches()
                && line.length() + 1 + word.length() <= MIN_COLUMN;
    }
}
