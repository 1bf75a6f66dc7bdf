// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Serves S3 on this machine until it is told to stop: {@code bin/varve-s3.sh}. */
@Command(
        name = "varve-s3.sh",
        customSynopsis = "varve-s3.sh [--port N] [--dir DIR] [--bucket NAME]",
        description = {
            "Serves S3 on 127.0.0.1 from a directory, for trying things out: a bucket, two keys, nothing else to set up.",
            "Prints one line when it is ready. Ends on Ctrl-C or SIGTERM; the objects stay in the directory."
        },
        versionProvider = S3ServerMain.Version.class,
        exitCodeList = {"0:it was ended", "1:it could not serve", "2:the arguments are wrong"})
public final class S3ServerMain implements Callable<Integer> {
    /** Tells the version of the jar that the program is in. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = S3ServerMain.class.getPackage().getImplementationVersion();
            return new String[] {"Varve " + (version == null ? "(not from a jar)" : version)};
        }
    }

    private final PrintStream out;
    private final PrintStream err;
    private final CountDownLatch ended = new CountDownLatch(1);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this text")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "print the version")
    private boolean version;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "the port to listen on, 0 for any free one (default ${DEFAULT-VALUE})")
    private int port = S3Settings.PORT;

    @Option(names = "--dir", paramLabel = "DIR", description = "where the objects are kept (default ${DEFAULT-VALUE})")
    private Path directory = Path.of("data-s3");

    @Option(
            names = "--bucket",
            paramLabel = "NAME",
            description = "a bucket to make if it is not there (default ${DEFAULT-VALUE})")
    private String bucket = S3Settings.BUCKET;

    @Option(names = "--access-key", paramLabel = "KEY", description = "the access key id (default ${DEFAULT-VALUE})")
    private String accessKey = S3Settings.ACCESS_KEY;

    @Option(
            names = "--secret-key",
            paramLabel = "SECRET",
            description = "the secret access key (default ${DEFAULT-VALUE})")
    private String secretKey = S3Settings.SECRET_KEY;

    private S3ServerMain() {
        this(System.out, System.err);
    }

    S3ServerMain(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** @param arguments as {@code --help} says */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new S3ServerMain()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        S3Settings settings = new S3Settings(
                port, Optional.of(directory.toAbsolutePath().normalize()), bucket, accessKey, secretKey, 0);
        try (EmbeddedS3 server = EmbeddedS3.start(settings)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "s3-stop"));
            out.println("ready s3.endpoint=" + server.endpoint() + " s3.bucket=" + bucket + " s3.access.key.id="
                    + accessKey + " s3.secret.access.key=" + secretKey);
            out.flush();
            ended.await();
            return 0;
        } catch (IOException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    /** Stops the server within the shutdown: the main thread may not get to it. */
    private void stop(EmbeddedS3 server) {
        try {
            server.close();
        } catch (IOException e) {
            err.println(e.getMessage());
        } finally {
            ended.countDown();
        }
    }
}
