// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.ShutdownSignals;
import io.varve.experiments.scenario.Quantities;
import io.varve.experiments.trace.TraceRecorder;
import io.varve.experiments.trace.WatchBounds;
import io.varve.experiments.trace.WatchProgress;
import io.varve.server.command.ClientSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Watches a topic, and writes the shape of its traffic. */
@Command(
        name = "record",
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Watches a topic of a running cluster, and writes the shape of its traffic: rate over time, sizes, batches,"
                    + " compression, how many keys and how uneven, tombstones, timestamps, and the topic's settings.",
            "No key, value or header is kept. Ctrl-C ends the watch, and what was seen is written."
        })
final class RecordCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final long WRITE_SECONDS = 30;
    private static final long SECOND_MS = 1000;
    private static final double MIB = 1 << 20;

    @Mixin
    private HelpOption help;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "where the cluster listens; ${DEFAULT-VALUE} if not given")
    private String bootstrapServer;

    @Mixin
    private ClientSettings client;

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "which topic to watch")
    private String topic;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = SpanConverter.class,
            description = "how long at most, for instance 90s or 1h; ${DEFAULT-VALUE} if not given")
    private Long forMs;

    @Option(
            names = "--from-beginning",
            description = "reads what the topic has, up to its end, and goes by the records' timestamps")
    private boolean fromBeginning;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "7d",
            converter = SpanConverter.class,
            description = "what the trace says on how long to replay it; ${DEFAULT-VALUE} if not given")
    private Long replayMs;

    @Option(names = "--output", paramLabel = "FILE", description = "where the trace goes, instead of standard output")
    private Path output;

    @ParentCommand
    private ExperimentCommand parent;

    @Spec
    private CommandSpec spec;

    private Optional<String> endedEarly = Optional.empty();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    @Override
    public Integer call() throws IOException {
        if (parent.isProcess()) {
            ShutdownSignals.onSignal(this::stop);
        }
        PrintWriter err = spec.commandLine().getErr();
        try {
            Optional<String> trace = watch(err);
            if (trace.isEmpty()) {
                err.println(
                        topic + ": no record was " + (fromBeginning ? "there" : "written") + ", so there is no trace");
                return REFUSED;
            }
            endedEarly.ifPresent(why -> err.println(topic + " on " + bootstrapServer
                    + ": the watch ended early, and the trace says what was seen until then: " + why));
            write(trace.get());
            return DONE;
        } catch (KafkaException e) {
            err.println(topic + " on " + bootstrapServer + ": " + e.getMessage());
            return REFUSED;
        } finally {
            ended.complete(null);
        }
    }

    private Optional<String> watch(PrintWriter err) {
        WatchBounds bounds = new WatchBounds(forMs, fromBeginning, stopped::get);
        TraceRecorder recorder = new TraceRecorder(client.forServer(bootstrapServer), Clock.system());
        try (StatusLine status = new StatusLine(err, Clock.system(), System.console() != null)) {
            return recorder.record(topic, bounds, replayMs, new WatchProgress() {
                @Override
                public void seen(long elapsedMs, long records, long bytes) {
                    status.show(() -> shown(elapsedMs, records, bytes));
                }

                @Override
                public void endedEarly(String why) {
                    endedEarly = Optional.of(why);
                }
            });
        }
    }

    private String shown(long elapsedMs, long records, long bytes) {
        return String.format(
                Locale.ROOT,
                "%s %s of %s: %d records, %.1f MiB",
                fromBeginning ? "" : StatusLine.bar(elapsedMs / (double) forMs),
                Quantities.duration(elapsedMs / SECOND_MS * SECOND_MS),
                Quantities.duration(forMs),
                records,
                bytes / MIB);
    }

    private void write(String trace) throws IOException {
        if (output != null) {
            Files.writeString(output, trace);
        } else {
            spec.commandLine().getOut().print(trace);
            spec.commandLine().getOut().flush();
        }
    }

    /** Ends the watch, and waits until what was seen is written. */
    private void stop() {
        stopped.set(true);
        ended.completeOnTimeout(null, WRITE_SECONDS, TimeUnit.SECONDS).join();
    }
}
