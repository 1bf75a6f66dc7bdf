// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes a manual page of what a command says with {@code --help}, of its own commands too: the page in roff is
 * DIRECTORY/NAME.1. {@code packages.sh} runs it from this source.
 */
final class ManPages {
    private final StringBuilder page = new StringBuilder();
    private final String name;

    private ManPages(String name, String version) {
        this.name = name;
        request(".TH \"" + name.toUpperCase(Locale.ROOT) + "\" 1 \"\" \"Varve " + version + "\"");
    }

    /**
     * @param arguments DIRECTORY, the version, then for each command its NAME and its class, or the path of a file
     *     with what it says
     */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        for (int i = 2; i + 1 < arguments.length; i += 2) {
            ManPages written = new ManPages(arguments[i], arguments[1]);
            if (arguments[i + 1].contains("/")) {
                written.fromText(Files.readAllLines(Path.of(arguments[i + 1])));
            } else {
                written.fromCommand(new CommandLine(Class.forName(arguments[i + 1])));
            }
            Files.writeString(Path.of(arguments[0], arguments[i] + ".1"), written.page);
        }
    }

    private void fromCommand(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        String description = text(usage.description());
        summary(description);
        synopsis(command);
        request(".SH DESCRIPTION");
        line(escaped(description));
        request(".SH OPTIONS");
        arguments(command);
        if (!command.getSubcommands().isEmpty()) {
            request(".SH COMMANDS");
        }
        for (CommandLine part : new LinkedHashSet<>(command.getSubcommands().values())) { // a name may be an alias
            request(".SS " + part.getCommandName());
            synopsis(part);
            request(".PP");
            line(escaped(text(part.getCommandSpec().usageMessage().description())));
            arguments(part);
        }
        request(".SH EXIT STATUS");
        usage.exitCodeList().forEach((code, meaning) -> entry("\\fB" + code.strip() + "\\fR", text(meaning)));
        seeAlso();
    }

    /** Takes the usage from the first line, and what the command does from the others, which are sentences. */
    private void fromText(List<String> help) {
        summary(help.get(1));
        line(escaped(help.get(0).replace("Usage: ", "")));
        request(".SH DESCRIPTION");
        for (String sentence : help.subList(1, help.size())) {
            line(escaped(sentence));
            request(".br");
        }
        seeAlso();
    }

    /** The name with the first sentence, and the heading of what comes next. */
    private void summary(String description) {
        String sentence = description.replaceFirst("\\.( .*)?$", "");
        request(".SH NAME");
        line(name + " \\- " + escaped(sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1)));
        request(".SH SYNOPSIS");
    }

    private void seeAlso() {
        request(".SH SEE ALSO");
        line("/usr/share/doc/varve/README.md");
    }

    private void synopsis(CommandLine command) {
        request(".nf");
        CommandLine.Help help = command.setUsageHelpWidth(72).getHelp();
        String synopsis = command.getCommandSpec().usageMessage().customSynopsis().length > 0
                ? help.customSynopsis()
                : help.synopsis(0);
        synopsis.lines().map(part -> part.replace(".sh", "").replaceFirst("^ {3}", "")).forEach(part -> line(escaped(part)));
        request(".fi");
    }

    private void arguments(CommandLine command) {
        for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
            if (!parameter.hidden()) {
                entry("\\fI" + escaped(parameter.paramLabel()) + "\\fR", text(parameter.description()));
            }
        }
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden()) {
                entry(names(option), text(option.description()));
            }
        }
    }

    private static String names(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .map(each -> "\\fB" + escaped(each) + "\\fR")
                .collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + " \\fI" + escaped(option.paramLabel()) + "\\fR";
    }

    /** A term, and what it means. */
    private void entry(String term, String meaning) {
        request(".TP");
        page.append(term).append('\n');
        line(escaped(meaning));
    }

    private static String text(String... markup) {
        return Ansi.OFF.string(String.join(" ", markup)).replace("%n", " ").replace("%%", "%").strip();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    private void request(String request) {
        page.append(request).append('\n');
    }

    /** Text, which is not taken for a request when it begins as one does. */
    private void line(String text) {
        page.append(text.startsWith(".") || text.startsWith("'") ? "\\&" : "").append(text).append('\n');
    }
}
