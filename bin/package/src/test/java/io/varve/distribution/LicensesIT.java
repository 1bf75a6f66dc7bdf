// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that everything in the archive may be given to others, under licenses that go with Apache's. */
class LicensesIT {
    private static final Path TARGET = Path.of("target");

    /** Of a library with several licenses, one must be among these; the GPL alone is not. */
    private static final Pattern ACCEPTED = Pattern.compile(
            "(The )?Apache[ -](Software )?(License)?[ ,-]*(Version )?2\\.0( License)?"
                    + "|(The )?MIT( License| license)?( \\(MIT\\))?|MIT-0|(The )?BSD[- ][23]-Clause( License)?|Modified BSD|Go License"
                    + "|EPL[ -]2\\.0|EDL 1\\.0|Eclipse Distribution License - v 1\\.0|The OpenLDAP Public License, Version 2\\.8"
                    + "|Public Domain(, per Creative Commons CC0)?|CDDL 1\\.1|CDDL/GPLv2\\+CE"
                    + "|COMMON DEVELOPMENT AND DISTRIBUTION LICENSE \\(CDDL\\) Version 1\\.0",
            Pattern.CASE_INSENSITIVE);

    @Test
    void everyLibraryHasALicenseThatWillDo() throws IOException {
        List<String> libraries = libraries();
        assertThat(libraries).hasSizeGreaterThan(100);
        assertThat(libraries)
                .allSatisfy(line -> assertThat(licenses(line))
                        .as(line)
                        .anyMatch(name -> ACCEPTED.matcher(name).matches()));
    }

    @Test
    void theGplAloneWillNotDo() {
        assertThat(licenses("     (GPL-2.0) (The GNU General Public License (GPL), Version 3) X (x:x:1 - no url)"))
                .hasSize(2)
                .noneMatch(name -> ACCEPTED.matcher(name).matches());
    }

    @Test
    void theBillOfMaterialsHasTheSameLibraries() throws IOException {
        String bill = Files.readString(TARGET.resolve("sbom.cdx.json"));
        assertThat(libraries())
                .allSatisfy(line -> assertThat(bill)
                        .contains(
                                "pkg:maven/" + line.replaceFirst(".*\\(([^:() ]+):([^:]+):([^: ]+) - .*", "$1/$2@$3")));
    }

    private static List<String> libraries() throws IOException {
        try (Stream<String> lines = Files.lines(TARGET.resolve("THIRD-PARTY.txt"))) {
            return lines.filter(line -> line.startsWith("     (")).toList();
        }
    }

    /** The texts in the parentheses that a line begins with, which may have others in them. */
    private static List<String> licenses(String line) {
        List<String> licenses = new ArrayList<>();
        String rest = line.strip();
        while (rest.startsWith("(")) {
            int depth = 0;
            int end = 0;
            do {
                depth += rest.charAt(end) == '(' ? 1 : rest.charAt(end) == ')' ? -1 : 0;
                end++;
            } while (depth > 0);
            licenses.add(rest.substring(1, end - 1));
            rest = rest.substring(end).strip();
        }
        return licenses;
    }
}
