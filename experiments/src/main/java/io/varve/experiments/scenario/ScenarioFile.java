// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads scenarios and policies from YAML, and says everything that is wrong with a file at once. */
public final class ScenarioFile {
    private ScenarioFile() {}

    /**
     * @param file a scenario
     * @return what it says
     * @throws ScenarioException if something is wrong with it
     * @throws IOException if it cannot be read
     */
    public static Scenario read(Path file) throws ScenarioException, IOException {
        return parse(file.toString(), text(file));
    }

    /**
     * @param name the file's name, for messages
     * @param text a scenario
     * @return what it says
     * @throws ScenarioException if something is wrong with it
     */
    public static Scenario parse(String name, String text) throws ScenarioException {
        return parse(new Problems(name), name, text);
    }

    private static Scenario parse(Problems problems, String name, String text) throws ScenarioException {
        YamlValue root = root(problems, name, text);
        Scenario scenario = new ScenarioReader(root.block("scenario")).read();
        problems.check();
        return scenario;
    }

    /** @return the keys that each kind of block may have, as far as the text leads to them */
    static Map<String, Set<String>> keys(String text) throws ScenarioException {
        Problems problems = new Problems("keys");
        parse(problems, "keys", text);
        return problems.keys();
    }

    /**
     * Reads a file with policies only: what stands under {@code policies} in a scenario, and nothing else.
     *
     * @param file the file
     * @param backend the storage they are for
     * @return the policies
     * @throws ScenarioException if something is wrong with it
     * @throws IOException if it cannot be read
     */
    public static List<PolicySpec> readPolicies(Path file, BackendSpec backend) throws ScenarioException, IOException {
        Problems problems = new Problems(file.toString());
        YamlValue root = root(problems, file.toString(), text(file));
        List<PolicySpec> policies;
        if (root.isBlock()) {
            Block block = root.block("policy-file");
            Optional<YamlValue> list = block.require("policies", PolicyReader.WANTED);
            policies = list.map(field -> new PolicyReader(backend, List.of()).read(field))
                    .orElse(List.of());
            block.end();
        } else {
            policies = new PolicyReader(backend, List.of()).read(root);
        }
        problems.check();
        return policies;
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": is not a text in UTF-8", e);
        }
    }

    /** @return the whole file as one value */
    private static YamlValue root(Problems problems, String name, String text) throws ScenarioException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setAllowDuplicateKeys(true) // found by Block, which says where
                .build();
        try {
            Optional<Node> root =
                    new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text))).getSingleNode();
            if (root.isPresent()) {
                return new YamlValue(root.get(), "", problems);
            }
            problems.add((Mark) null, "", "", "is empty: see docs/experiments.md");
        } catch (MarkedYamlEngineException e) {
            problems.add(e.getProblemMark().orElse(null), "", "", "is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add((Mark) null, "", "", "is not YAML: " + e.getMessage());
        }
        problems.check();
        throw new IllegalStateException(name + " was refused without a reason");
    }
}
