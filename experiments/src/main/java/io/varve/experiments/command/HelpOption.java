// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import picocli.CommandLine.Option;

/** Is the option that every command has; mixed into commands. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;
}
