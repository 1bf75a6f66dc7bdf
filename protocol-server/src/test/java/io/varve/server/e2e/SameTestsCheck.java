// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Checks by the reports of the end-to-end tests, which the build has run on each backend, that the same tests
 * ran on every backend.
 */
@EnabledIfSystemProperty(named = "varve.test.reports", matches = ".+")
class SameTestsCheck {
    private static final String RAN = "ran";
    private static final String ON_FILES = "file";
    private static final String SUFFIX = "\\(on-[a-z0-9]+\\)";

    private final Path reports = Path.of(System.getProperty("varve.test.reports", ""));

    @Test
    void ranOnEveryBackendOrSayWhyNot() throws Exception {
        Map<String, String> onFiles = outcomes(ON_FILES);
        assertThat(onFiles).as("reports in %s", reports).isNotEmpty();
        for (String backend : otherBackends()) {
            Map<String, String> onOther = outcomes(backend);
            Map<String, String> expected = new TreeMap<>(onFiles);
            onOther.forEach((test, outcome) -> {
                if (outcome.startsWith(OnlyOnFiles.PREFIX)
                        && expected.entrySet().removeIf(ran -> isOf(test, ran))) {
                    expected.put(test, outcome);
                }
            });
            assertThat(onOther).as("on %s", backend).containsExactlyEntriesOf(expected);
        }
    }

    /** A test that runs once for each of its arguments is skipped as a whole. */
    private static boolean isOf(String test, Map.Entry<String, String> ran) {
        boolean same = ran.getKey().equals(test) || ran.getKey().startsWith(test + "[");
        return same && ran.getValue().equals(RAN);
    }

    /** The build leaves a directory of reports for each backend. */
    private List<String> otherBackends() throws IOException {
        try (Stream<Path> directories = Files.list(reports)) {
            List<String> backends = directories
                    .filter(Files::isDirectory)
                    .map(directory -> directory.getFileName().toString())
                    .filter(name -> !name.equals(ON_FILES))
                    .toList();
            assertThat(backends).as("other backends in %s", reports).isNotEmpty();
            return backends;
        }
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
