// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.TimedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Installs the packages that the profile "packages" makes, and says hello through each. */
@EnabledIfSystemProperty(named = "varve.packages", matches = "true", disabledReason = "needs -Ppackages")
class PackagesIT {
    /**
     * Makes of a directory a root with the system's commands in it, has the doctor look at it, and becomes
     * the server there.
     */
    private static final String CHROOT = """
            cd "$0"
            for part in usr proc dev; do mkdir -p $part && mount --rbind /$part $part; done
            [ ! -d usr/lib/jvm ] || mount -t tmpfs none usr/lib/jvm
            for part in bin lib lib64; do [ -e $part ] || ln -s usr/$part $part; done
            mkdir -p etc && mkdir -p -m 1777 tmp
            inside() {
              exec chroot --userspec=65534:65534 . env -i PATH=/usr/bin VARVE_STATE=/data "/$2/bin/$1" \
                "/$2/config/server.properties" --override listeners=PLAINTEXT://127.0.0.1:0 \
                --override storage.backend="$3" --override log.dirs="$3"
            }
            (inside varve-doctor.sh "$@") || echo "The doctor has found problems."
            inside kafka-server-start.sh "$@"
            """;

    @TempDir
    Path temporary;

    @Test
    void theArchiveWithItsOwnRuntimeNeedsNoJava() throws IOException, InterruptedException {
        Installed installed = unpacked(Map.of("JAVA_HOME", "/nonexistent"));
        try (Installed.Running server = installed.startServer("--override", "storage.backend=lmdb")) {
            assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
            assertThat(installed.run("kafka-topics.sh", "--bootstrap-server", server.address(), "--list"))
                    .isEqualTo("sample\n");
            server.stop();
        }
        assertThat(installed.run("connect-plugin-path.sh", "list", "--plugin-location", installed.home() + "/libs/lib"))
                .contains("FileStreamSourceConnector");
        assertThat(installed.run("varve-experiment.sh", "--version")).contains("0.");
    }

    /** The one file that would vary: it has classes in the order in which threads have loaded them. */
    @Test
    void classesToShareAreUsedAndAreTheSameWheneverTheyAreDumped() throws IOException, InterruptedException {
        Path runtime = unpacked(Map.of()).home().resolve("runtime");
        String java = runtime.resolve("bin/java").toString();
        ChildRun sharing = ChildRun.of(new ProcessBuilder(java, "-Xshare:on", "-version"));
        assertThat(sharing.exit()).as(sharing.output()).isZero();
        Path again = temporary.resolve("again.jsa");
        ChildRun dump = ChildRun.of(new ProcessBuilder("./dump-classes.sh", java, again.toString()));
        assertThat(dump.exit()).as(dump.output()).isZero();
        assertThat(Files.mismatch(runtime.resolve("lib/server/classes.jsa"), again))
                .isEqualTo(-1);
    }

    /** Sees the system's files but no Java, and not where the file system of the data is mounted. */
    @Test
    void anotherUserServesFromAChroot() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Installed.isRoot(), "a chroot needs root");
        Installed installed = unpacked(Map.of());
        Path data = Files.createDirectory(installed.workingDirectory().resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> words = List.of("unshare", "--mount", "bash", "-ec", CHROOT, installed.workingDirectory() + "");
        for (String backend : List.of("file", "file", "lmdb")) { // the second start finds what a crash has left
            List<String> command = new ArrayList<>(words);
            command.addAll(List.of(installed.home().getFileName().toString(), backend));
            ProcessBuilder chroot = new ProcessBuilder(command).redirectErrorStream(true);
            try (Installed.Running server = Installed.await(TimedProcess.start(chroot, TimedProcess.PATIENCE))) {
                assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
                assertThat(server.said())
                        .containsPattern("data/" + backend + " has .* GiB left")
                        .contains("the kind of file system of");
            }
        }
    }

    @Test
    void aContainerTakesItsSettingsFromTheEnvironmentAndTellsItsHealth() throws IOException, InterruptedException {
        Path state = Files.createDirectory(temporary.resolve("state"));
        Path base =
                Files.writeString(temporary.resolve("server.properties"), "storage.backend=memory\nlog.dirs=data\n");
        Installed installed = unpacked(Map.of(
                "VARVE_STATE", state.toString(),
                "VARVE_SETTINGS", base.toString(),
                "VARVE_LISTENERS", "PLAINTEXT://127.0.0.1:0",
                "VARVE_HTTP_LISTENERS", "http://127.0.0.1:" + FreePort.take(),
                "KAFKA_NUM_PARTITIONS", "7",
                "KAFKA_HEAP_OPTS", "-Xmx256m",
                "VARVE_CLUSTER_NAME", "a\\b\nc"));
        Path container = Files.createDirectory(installed.home().resolve("container"));
        for (String script : List.of("entry.sh", "health.sh")) {
            Path copy = Files.copy(Path.of("src/container", script), container.resolve(script));
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        ProcessBuilder entry = installed.command("../container/entry.sh").redirectErrorStream(true);
        try (Installed.Running server = Installed.await(TimedProcess.start(entry, TimedProcess.PATIENCE))) {
            assertThat(Files.getPosixFilePermissions(state.resolve("container.properties")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.readString(state.resolve("container.properties")))
                    .contains("num.partitions=7\n", "cluster.name=a\\\\b\\nc\n")
                    .doesNotContain("heap.opts", "state=", "settings=");
            assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
            assertThat(installed.run("kafka-topics.sh", "--bootstrap-server", server.address(), "--describe"))
                    .contains("PartitionCount: 7");
            assertThat(installed.run("../container/health.sh")).isEmpty();
            server.stop();
        }
        ChildRun health = ChildRun.of(installed.command("../container/health.sh"));
        assertThat(health.exit()).as("health of a server that is gone").isNotZero();
    }

    private Installed unpacked(Map<String, String> environment) throws IOException, InterruptedException {
        Path directory = Files.createDirectory(temporary.resolve("with a space"));
        for (Path part : List.of(temporary, directory)) {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path home = Installed.unpack(Installed.made("varve-*-linux-*.tar.gz"), directory);
        return new Installed(home, directory, List.of(), environment);
    }
}
