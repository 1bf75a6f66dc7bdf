// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.List;
import java.util.stream.Collectors;

/** Says everything that is wrong with a file. */
public final class ScenarioException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one, in the file's order */
    public ScenarioException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** @return what is wrong, in the file's order */
    public List<Problem> problems() {
        return problems;
    }
}
