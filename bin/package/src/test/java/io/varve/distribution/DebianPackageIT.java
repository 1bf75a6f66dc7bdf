// SPDX-License-Identifier: Apache-2.0
package io.varve.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.TimedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Installs the Debian package with dpkg, in a copy of this machine's files that keeps changes to itself. */
@EnabledIfSystemProperty(named = "varve.packages", matches = "true", disabledReason = "needs -Ppackages")
class DebianPackageIT {
    /** Runs a command in the copy; without systemd, of which there is a trace in /run. */
    private static final String IN_COPY = """
            mkdir -p "$0"/written "$0"/work "$0"/root
            mount -t overlay overlay -o "lowerdir=/,upperdir=$0/written,workdir=$0/work" "$0/root"
            cd "$0/root"
            mount -t proc proc proc
            mount --rbind /dev dev
            mount -t tmpfs tmpfs run
            exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
            """;

    private static final String UNIT = "/usr/lib/systemd/system/varve.service";
    private static final String WANTED = "/etc/systemd/system/multi-user.target.wants/varve.service";

    private static final Pattern OPTION_OR_COMMAND = Pattern.compile("(?m)(--[a-z][a-z0-9-]+)|^  ([a-z][a-z-]+)  ");

    /** What lintian sees in this build only: whoever makes a package for others gives an address. */
    private static final String NOBODYS_ADDRESS = "bogus-mail-host,bogus-mail-host-in-debian-changelog";

    @TempDir
    Path temporary;

    private Path deb;

    @BeforeEach
    void copyOfTheMachine() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Installed.isRoot(), "dpkg needs root");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg")), "dpkg is not installed");
        Assumptions.assumeTrue(inCopy("true").exit() == 0, "no overlay can be mounted here");
        deb = Installed.made("varve_*_all.deb");
    }

    @Test
    void servesAsItsUnitSays() throws IOException, InterruptedException {
        run("dpkg", "-i", deb.toString());
        assertThat(run(
                        "stat",
                        "-c",
                        "%U:%G %a %n",
                        "/var/lib/varve",
                        "/etc/varve",
                        "/etc/varve/server.properties",
                        "/etc/varve/server-s3.properties",
                        "/etc/varve/producer.properties"))
                .isEqualTo("""
                        varve:varve 750 /var/lib/varve
                        root:root 755 /etc/varve
                        root:varve 640 /etc/varve/server.properties
                        root:varve 640 /etc/varve/server-s3.properties
                        root:root 644 /etc/varve/producer.properties
                        """);
        assertThat(run(
                        "find",
                        "/usr/share/varve",
                        "/usr/share/doc/varve",
                        "!",
                        "-user",
                        "root",
                        "-o",
                        "-perm",
                        "/022",
                        "!",
                        "-type",
                        "l"))
                .as("what others than root may change")
                .isEmpty();
        assertThat(run("readlink", "-f", WANTED)).as("enabled").isEqualTo(UNIT + "\n");
        if (Files.isExecutable(Path.of("/usr/bin/systemd-analyze"))) {
            run("systemd-analyze", "verify", UNIT); // ends with 1 when it has anything to say
        }
        ProcessBuilder unit = builder(commandOfUnit()).redirectErrorStream(true);
        try (Installed.Running server = Installed.await(TimedProcess.start(unit, TimedProcess.PATIENCE))) {
            assertThat(server.said()).contains("file storage in /var/lib/varve/data");
            assertThat(Installed.hello(server.address())).isEqualTo("Hello, World!\n");
            assertThat(run("varve-retention", "explain", "--bootstrap-server", server.address(), "--topic", "sample"))
                    .contains("sample");
            server.stop();
        }
        assertThat(run("find", "/var/lib/varve", "!", "-user", "varve")).isEmpty();
        assertThat(run("varve-scrub", "--dir", "/var/lib/varve/data")).contains("SOUND");
    }

    @Test
    void keepsWhatTheAdministratorChangesAndRecordsEvenWhenPurged() throws IOException, InterruptedException {
        String[] namedVarve = {"find", "/etc", "/usr", "/var/lib", "-xdev", "-path", "*varve*"};
        List<String> before = run(namedVarve).lines().toList();
        run("dpkg", "-i", changed("0.0.1", "").toString());
        run("sh", "-c", """
                echo num.partitions=5 >>/etc/varve/server.properties
                chmod 0600 /etc/varve/server-s3.properties
                rm /etc/systemd/system/multi-user.target.wants/varve.service # systemctl disable
                mkdir /var/lib/varve/data /var/lib/varve/cache
                echo record >/var/lib/varve/data/log""");
        run(
                "dpkg",
                "--force-confdef",
                "--force-confold",
                "-i",
                changed("0.0.2", "new.key=1\n").toString());
        assertThat(run("cat", "/etc/varve/server.properties"))
                .contains("num.partitions=5")
                .doesNotContain("new.key");
        assertThat(run("cat", "/etc/varve/server-s3.properties")).contains("new.key=1");
        assertThat(run("stat", "-c", "%a", "/etc/varve/server.properties", "/etc/varve/server-s3.properties"))
                .isEqualTo("640\n600\n");
        assertThat(inCopy("test", "-L", WANTED).exit()).as("stays disabled").isNotZero();
        run("dpkg", "--remove", "varve");
        assertThat(run("cat", "/etc/varve/server.properties")).contains("num.partitions=5");
        run("dpkg", "--purge", "varve");
        assertThat(run(namedVarve).lines().filter(path -> !before.contains(path)))
                .containsExactlyInAnyOrder("/var/lib/varve", "/var/lib/varve/data", "/var/lib/varve/data/log");
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "CI", matches = "true", disabledReason = "takes 10 s of CPU")
    void lintianHasNothingToSay() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/lintian")), "lintian is not installed");
        ChildRun run = ChildRun.of(new ProcessBuilder(
                "lintian",
                "--allow-root",
                "--fail-on",
                "error,warning",
                "--suppress-tags",
                NOBODYS_ADDRESS,
                deb.toString()));
        assertThat(run.exit()).as(run.output()).isZero();
    }

    @Test
    void everyLinkOfItsPagesLeadsToAFile() throws IOException, InterruptedException {
        Path tree = temporary.resolve("tree");
        command("dpkg-deb", "-x", deb.toString(), tree.toString());
        Path pages = tree.resolve("usr/share/doc/varve");
        assertThat(Files.readSymbolicLink(pages.resolve("config"))).isEqualTo(Path.of("/etc/varve"));
        Files.delete(pages.resolve("config"));
        Files.createSymbolicLink(pages.resolve("config"), tree.resolve("etc/varve"));
        assertThat(PageLinks.pages(pages)).contains(pages.resolve("README.md"));
        assertThat(PageLinks.dead(pages)).isEmpty();
    }

    @Test
    void everyCommandHasAManualPageWithAllThatItsHelpSays() throws IOException, InterruptedException {
        Path tree = temporary.resolve("tree");
        command("dpkg-deb", "-x", deb.toString(), tree.toString());
        Installed installed = new Installed(
                tree.resolve("usr/share/varve"),
                temporary,
                List.of(),
                Map.of("JAVA_HOME", System.getProperty("java.home")));
        List<String> commands = names(tree.resolve("usr/bin"));
        assertThat(commands).hasSizeGreaterThan(10);
        assertThat(names(tree.resolve("usr/share/man/man1")).stream().map(page -> page.replace(".1.gz", "")))
                .containsExactlyElementsOf(commands);
        for (String name : commands) {
            Path page = tree.resolve("usr/share/man/man1/" + name + ".1.gz");
            String text;
            try (InputStream in = new GZIPInputStream(Files.newInputStream(page))) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\\-", "-");
            }
            String help = installed.run(name + ".sh", "--help");
            assertThat(help).contains("Usage: ");
            assertThat(OPTION_OR_COMMAND
                            .matcher(help)
                            .results()
                            .map(found -> found.group(1) == null ? found.group(2) : found.group(1)))
                    .allSatisfy(found -> assertThat(text).as(name).containsPattern("[ B]" + found + "\\b"));
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The package as another release, without its programs, and with a line more in its settings. */
    private Path changed(String version, String line) throws IOException, InterruptedException {
        Path tree = temporary.resolve(version);
        command("dpkg-deb", "-R", deb.toString(), tree.toString());
        command("rm", "-r", tree.resolve("usr/share/varve/libs").toString());
        Path control = tree.resolve("DEBIAN/control");
        Files.writeString(control, Files.readString(control).replaceFirst("\nVersion: .*", "\nVersion: " + version));
        for (String name : List.of("server.properties", "server-s3.properties")) {
            Files.writeString(tree.resolve("etc/varve").resolve(name), line, StandardOpenOption.APPEND);
        }
        command("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree.toString(), tree + ".deb");
        return Path.of(tree + ".deb");
    }

    /** What the installed unit starts, as its user, on a port that is free. */
    private List<String> commandOfUnit() throws IOException, InterruptedException {
        String unit = run("cat", UNIT);
        List<String> words = new ArrayList<>(List.of("setpriv", "--init-groups"));
        words.addAll(List.of("--reuid=" + only(unit, "User"), "--regid=" + only(unit, "Group")));
        words.addAll(List.of("env", "-C", only(unit, "WorkingDirectory"), only(unit, "Environment")));
        words.addAll(List.of(only(unit, "ExecStart").split(" ")));
        words.addAll(List.of("--override", "listeners=PLAINTEXT://127.0.0.1:0"));
        return words;
    }

    private static String only(String unit, String key) {
        List<String> lines =
                unit.lines().filter(line -> line.startsWith(key + "=")).toList();
        assertThat(lines).as(key).hasSize(1);
        return lines.get(0).substring(key.length() + 1);
    }

    private ProcessBuilder builder(List<String> command) {
        List<String> words =
                new ArrayList<>(List.of("unshare", "--mount", "bash", "-ec", IN_COPY, temporary.toString()));
        words.addAll(command);
        return new ProcessBuilder(words);
    }

    private ChildRun inCopy(String... command) throws IOException, InterruptedException {
        return ChildRun.of(builder(List.of(command)));
    }

    private static void command(String... command) throws IOException, InterruptedException {
        ChildRun run = ChildRun.of(new ProcessBuilder(command));
        assertThat(run.exit()).as(run.output()).isZero();
    }

    private String run(String... command) throws IOException, InterruptedException {
        ChildRun run = inCopy(command);
        assertThat(run.exit()).as("%s: %s", List.of(command), run.output()).isZero();
        return run.output();
    }
}
