// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The kit's command has some test classes of this module in a jar, and no others: the jar must hold all that
 * they use. Without one of them the command ended at its start, whatever the backend.
 */
class RigJarTest {
    private static final Pattern INCLUDE = Pattern.compile("<include>(io/varve/[^<]+)</include>");

    @Test
    void holdsWhatItsClassesUse() throws IOException {
        List<PathMatcher> includes = INCLUDE.matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .map(RigJarTest::matcher)
                .toList();
        assertThat(includes).isNotEmpty();
        JavaClasses tests = new ClassFileImporter().importPath(Path.of("target", "test-classes"));
        Set<String> missing = new TreeSet<>();
        for (JavaClass one : tests) {
            if (isIn(includes, one)) {
                for (Dependency use : one.getDirectDependenciesFromSelf()) {
                    JavaClass used = use.getTargetClass().getBaseComponentType();
                    if (tests.contain(used.getName()) && !isIn(includes, used)) {
                        missing.add(one.getName() + " uses " + used.getName());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static PathMatcher matcher(MatchResult include) {
        return FileSystems.getDefault().getPathMatcher("glob:" + include.group(1));
    }

    private static boolean isIn(List<PathMatcher> includes, JavaClass one) {
        Path file = Path.of(one.getName().replace('.', '/') + ".class");
        return includes.stream().anyMatch(include -> include.matches(file));
    }
}
