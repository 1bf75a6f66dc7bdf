// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Run by the build after the end-to-end tests: by their reports, both backends had the same tests to pass. */
@EnabledIfSystemProperty(named = "varve.test.reports", matches = ".+")
class SameTestsCheck {
    private static final String RAN = "ran";
    private static final String SUFFIX = "\\(on-(file|lmdb)\\)";

    private final Path reports = Path.of(System.getProperty("varve.test.reports", ""));

    @Test
    void ranOnBothBackendsOrSayWhyNot() throws Exception {
        Map<String, String> onFiles = outcomes("file");
        Map<String, String> onLmdb = outcomes("lmdb");
        assertThat(onFiles).as("reports in %s", reports).isNotEmpty();
        onLmdb.forEach((test, outcome) -> {
            if (outcome.startsWith(OnlyOnFiles.PREFIX)) {
                onFiles.replace(test, RAN, outcome);
            }
        });
        assertThat(onLmdb).containsExactlyEntriesOf(onFiles);
    }

    private Map<String, String> outcomes(String backend) throws Exception {
        Map<String, String> outcomes = new TreeMap<>();
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        try (Stream<Path> files = Files.list(reports.resolve(backend))) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("TEST-"))
                    .toList()) {
                NodeList cases =
                        parser.parse(file.toFile()).getDocumentElement().getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    Element test = (Element) cases.item(i);
                    String name =
                            test.getAttribute("classname").replaceAll(SUFFIX, "") + "." + test.getAttribute("name");
                    NodeList skipped = test.getElementsByTagName("skipped");
                    outcomes.put(
                            name, skipped.getLength() == 0 ? RAN : ((Element) skipped.item(0)).getAttribute("message"));
                }
            }
        }
        return outcomes;
    }
}
