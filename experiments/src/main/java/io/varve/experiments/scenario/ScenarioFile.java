// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        return parse(new Problems(name), text);
    }

    static Scenario parse(Problems problems, String text) throws ScenarioException {
        Scenario scenario = new ScenarioReader(root(problems, text).block("scenario")).read();
        problems.check();
        return scenario;
    }

    /**
     * Reads a trace, and the policies and constraints to try on it.
     *
     * @param trace a scenario; it may be without policies, and those that it has do not count
     * @param policies a list or a grid of policies, or a block with {@code policies} and {@code constraints}
     * @return the trace with these policies; the constraints are those of both files
     * @throws ScenarioException if something is wrong with one of the files
     * @throws IOException if one of the files cannot be read
     */
    public static Scenario read(Path trace, Path policies) throws ScenarioException, IOException {
        Problems ofTrace = new Problems(trace.toString());
        Problems ofPolicies = new Problems(policies.toString());
        return parse(ofTrace, text(trace), ofPolicies, text(policies));
    }

    static Scenario parse(Problems ofTrace, String trace, Problems ofPolicies, String policies)
            throws ScenarioException {
        ScenarioReader reader = new ScenarioReader(root(ofTrace, trace).block("scenario"));
        Scenario traffic = reader.readTrace();
        ofTrace.check();
        YamlValue root = root(ofPolicies, policies);
        PolicyReader policyReader = new PolicyReader(
                traffic.environment().backend(), traffic.traffic().topics());
        List<PolicySpec> tried;
        List<Constraint> constraints = new ArrayList<>(traffic.constraints());
        if (root.isBlock()) {
            Block block = root.block("policy-file");
            tried = block.require(ScenarioReader.POLICIES, PolicyReader.WANTED)
                    .map(policyReader::read)
                    .orElse(List.of());
            constraints.addAll(ConstraintReader.readAll(block));
            block.end();
        } else {
            tried = policyReader.read(root);
        }
        ofPolicies.check();
        reader.checkKeys(traffic.traffic().topics(), tried);
        ofTrace.check();
        return new Scenario(
                traffic.name(),
                traffic.description(),
                traffic.timing(),
                traffic.environment(),
                traffic.traffic(),
                tried,
                constraints);
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": is not a text in UTF-8", e);
        }
    }

    /** @return the whole file as one value */
    private static YamlValue root(Problems problems, String text) throws ScenarioException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(problems.file())
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
        throw new IllegalStateException(problems.file() + " was refused without a reason");
    }
}
