// SPDX-License-Identifier: Apache-2.0
package io.varve.server.retention;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;

/** {@code bin/varve-retention.sh}: explains a topic's retention, tries out other settings, and pins records. */
public final class RetentionCommand {
    private static final String USAGE = """
            Usage: varve-retention.sh COMMAND --bootstrap-server HOST:PORT --topic TOPIC [OPTION]...
            Says of every segment of a topic when it will be deleted, why, and what stands in the way.
              explain                  as the topic is set
              dry-run --config K=V...  as it would be if the topic had those settings; changes nothing. An empty V: not set.
              hold --name NAME --offsets FROM-[TO]
                                       pins those offsets (TO exclusive; without it, all from FROM on) until released: of --partition, or
                                       of every one; replaces a hold of that name
              hold --name NAME --ranges PARTITION:FROM-[TO],...
                                       the same for several ranges; PARTITION may be *
              release --name NAME      ends a hold
              holds                    lists them
            Options:
              --partition N            of one partition only (explain, dry-run, hold)
              --json                   prints the answer as the server sends it (explain, dry-run)
              --command-config FILE    settings of the client, for instance its security
            Exits with 0, 1 when the server refuses or cannot be reached, 2 when the command line is wrong.""";

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int MISUSED = 2;
    private static final Set<String> VALUED = Set.of(
            "--bootstrap-server",
            "--topic",
            "--partition",
            "--command-config",
            "--config",
            "--name",
            "--offsets",
            "--ranges");

    /** What is wrong with the command line. */
    private static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message, null, false, false);
        }
    }

    private final Map<String, String> options = new HashMap<>();
    private final Map<String, String> settings = new TreeMap<>();
    private final PrintStream out;
    private boolean json;

    private RetentionCommand(PrintStream out) {
        this.out = out;
    }

    /** @param arguments see the usage */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** @return the exit code */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.isEmpty() || arguments.contains("--help")) {
            (arguments.isEmpty() ? err : out).println(USAGE);
            return arguments.isEmpty() ? MISUSED : DONE;
        }
        try {
            RetentionCommand program = new RetentionCommand(out);
            program.parse(arguments.subList(1, arguments.size()));
            program.perform(arguments.get(0));
            return DONE;
        } catch (UsageException e) {
            err.println(e.getMessage() + " (--help says more)");
            return MISUSED;
        } catch (InvalidTopicException e) {
            err.println("Either there cannot be such a topic, or the server does not explain its retention: "
                    + e.getMessage());
            return REFUSED;
        } catch (KafkaException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return REFUSED;
        }
    }

    private void parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--json")) {
                json = true;
            } else if (!VALUED.contains(option)) {
                throw new UsageException("There is no option " + option);
            } else if (++i == arguments.size()) {
                throw new UsageException(option + " needs a value");
            } else if (option.equals("--config")) {
                addSetting(arguments.get(i));
            } else {
                options.put(option, arguments.get(i));
            }
        }
    }

    private void addSetting(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new UsageException("--config " + text + " is not KEY=VALUE");
        }
        settings.put(text.substring(0, equals), text.substring(equals + 1));
    }

    private String required(String option) {
        String value = options.get(option);
        if (value == null) {
            throw new UsageException(option + " is missing");
        }
        return value;
    }

    private void perform(String command) {
        if (!Set.of("explain", "dry-run", "hold", "release", "holds").contains(command)) {
            throw new UsageException("There is no command " + command);
        }
        String topic = required("--topic");
        if (settings.isEmpty() == command.equals("dry-run")) {
            throw new UsageException("--config says what dry-run tries out, and is for nothing else");
        }
        String ranges = command.equals("hold") ? ranges() : "";
        int partition = partition();
        try (Admin admin = Admin.create(clientSettings())) {
            RetentionClient client = new RetentionClient(admin);
            switch (command) {
                case "hold" -> client.hold(topic, required("--name"), ranges);
                case "release" -> release(client, topic, required("--name"));
                case "holds" -> client.holds(topic).forEach((name, pinned) -> out.println(name + " " + pinned));
                default -> print(client, new ExplanationRequest(topic, partition, settings));
            }
        }
    }

    private static void release(RetentionClient client, String topic, String name) {
        if (!client.holds(topic).containsKey(name)) {
            throw new IllegalArgumentException("Topic " + topic + " has no hold " + name + ".");
        }
        client.release(topic, name);
    }

    private void print(RetentionClient client, ExplanationRequest question) {
        String answer = client.askForJson(question);
        out.println(json ? answer : ExplanationTable.of(ExplanationJson.read(answer)));
    }

    private int partition() {
        String text = options.get("--partition");
        if (text != null && !text.matches("\\d{1,9}")) {
            throw new UsageException("--partition " + text + " is not a partition's number");
        }
        return text == null ? ExplanationRequest.ALL : Integer.parseInt(text);
    }

    private String ranges() {
        required("--name");
        if (options.containsKey("--ranges") == options.containsKey("--offsets")) {
            throw new UsageException("hold needs either --offsets or --ranges");
        }
        int partition = partition();
        return options.containsKey("--ranges")
                ? options.get("--ranges")
                : (partition == ExplanationRequest.ALL ? "*" : Integer.toString(partition)) + ":"
                        + options.get("--offsets");
    }

    private Properties clientSettings() {
        Properties properties = new Properties();
        String file = options.get("--command-config");
        if (file != null) {
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                properties.load(in);
            } catch (IOException e) {
                throw new UsageException("--command-config " + file + " cannot be read: " + e);
            }
        }
        properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, required("--bootstrap-server"));
        return properties;
    }
}
