// SPDX-License-Identifier: Apache-2.0
package io.varve.build;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks a module's packages against a table of what each may use. A line of the table is
 * {@code package | what it may use}, names separated by blanks, in any order:
 *
 * <ul>
 *   <li>{@code log} is the module's package of that name when it has a line of its own, {@code .} the
 *       module's root;
 *   <li>any other name is a foreign package in full; {@code short = long} abbreviates its beginning;
 *   <li>{@code name..} is a package with all its subpackages.
 * </ul>
 *
 * <p>A line without a first name continues the line above. Each package may use itself, the JDK's
 * {@code java..}, slf4j and the packages in the line of {@code *}. A line that begins with {@code #} is a
 * comment.
 */
public final class PackageTable {
    private static final String ROOT = ".";
    private static final String BENEATH = "..";

    private static final String EVERY = "*";

    private final String root;
    private String current = ROOT;
    private final Map<String, Set<String>> rows = new LinkedHashMap<>();
    private final Set<String> always = new TreeSet<>(Set.of("java..", "org.slf4j.."));
    private final Map<String, String> shortNames = new LinkedHashMap<>();

    /**
     * @param root the package above all packages of the module
     * @throws IllegalArgumentException if a line is neither a row, nor an abbreviation, nor a comment
     */
    public PackageTable(String root, String table) {
        this.root = root;
        table.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(this::add);
    }

    private void add(String line) {
        String[] row = line.split("\\|", -1);
        String[] shortName = line.split("=", -1);
        if (line.startsWith("#")) {
            return;
        } else if (row.length == 2) {
            add(row[0].strip(), List.of(row[1].strip().split("\\s+")));
        } else if (shortName.length == 2) {
            shortNames.put(shortName[0].strip(), shortName[1].strip());
        } else {
            throw new IllegalArgumentException("neither a row nor a short name: " + line);
        }
    }

    private void add(String name, List<String> uses) {
        current = name.isEmpty() ? current : name;
        Set<String> row = current.equals(EVERY) ? always : rows.computeIfAbsent(current, added -> new TreeSet<>());
        uses.stream().filter(use -> !use.isEmpty()).forEach(row::add);
    }

    /**
     * Checks every class against its package's row.
     *
     * @throws AssertionError if a package has no row, a row has no package, or a class uses a package that
     *     its row does not name
     */
    public void check(JavaClasses main) {
        Set<String> packages = main.stream()
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(JavaClass::getPackageName)
                .map(name -> name.equals(root) ? ROOT : name.substring(root.length() + 1))
                .collect(toCollection(TreeSet::new));
        if (!packages.equals(rows.keySet())) {
            throw new AssertionError("the table has lines for " + new TreeSet<>(rows.keySet())
                    + ", but the packages under " + root + " are " + packages);
        }
        rows.forEach((name, uses) -> classes()
                .that()
                .resideInAPackage(inFull(name))
                .should()
                .onlyDependOnClassesThat(areNamedBy(name, uses))
                .check(main));
    }

    private DescribedPredicate<JavaClass> areNamedBy(String name, Set<String> uses) {
        return describe("its line names: " + name + " | " + String.join(" ", uses), type -> {
            String used = type.getBaseComponentType().getPackageName();
            return used.isEmpty() // a primitive
                    || used.equals(inFull(name))
                    || always.stream().anyMatch(word -> covers(word, used))
                    || uses.stream().anyMatch(word -> covers(word, used));
        });
    }

    private boolean covers(String word, String used) {
        if (!word.endsWith(BENEATH)) {
            return used.equals(inFull(word));
        }
        String top = inFull(word.substring(0, word.length() - BENEATH.length()));
        return used.equals(top) || used.startsWith(top + ".");
    }

    private String inFull(String name) {
        if (name.equals(ROOT)) {
            return root;
        }
        if (rows.containsKey(name)) {
            return root + "." + name;
        }
        int dot = name.indexOf('.');
        String first = dot < 0 ? name : name.substring(0, dot);
        return shortNames.getOrDefault(first, first) + name.substring(first.length());
    }
}
