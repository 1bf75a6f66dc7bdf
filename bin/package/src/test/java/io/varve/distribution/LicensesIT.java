// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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

    /** A jar in the bill of materials: its group, its name, its version and its classifier. */
    private static final Pattern JAR_OF_BILL = Pattern.compile(
            "\"purl\"\\s*:\\s*\"pkg:maven/([^/]+)/([^@]+)@([^?\"]+)\\?(?:classifier=([^&]+)&)?type=jar\"");

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

    @Test
    void theBillOfMaterialsHasEveryLibraryOfTheArchiveAndNoOther() throws IOException {
        Path archive = Path.of(System.getProperty("varve.archive") + ".zip");
        String version = archive.getFileName().toString().replaceFirst("varve-(.*)\\.zip", "$1");
        Set<String> jars = new TreeSet<>();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.matches(".*/libs/lib/[^/]+\\.jar"))
                    .map(name -> name.substring(name.lastIndexOf('/') + 1))
                    .filter(jar -> !jar.contains("-" + version))
                    .forEach(jars::add);
        }
        assertThat(jars).hasSizeGreaterThan(100);
        List<String> billed = JAR_OF_BILL
                .matcher(Files.readString(TARGET.resolve("sbom.cdx.json")))
                .results()
                .filter(jar -> !jar.group(1).equals("io.varve"))
                .map(jar ->
                        jar.group(2) + '-' + jar.group(3) + (jar.group(4) == null ? "" : '-' + jar.group(4)) + ".jar")
                .toList();
        assertThat(billed).containsExactlyInAnyOrderElementsOf(jars);
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
