// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.cluster.Endpoint;
import io.varve.server.config.StorageBackends;
import io.varve.server.config.StorageConfig;
import io.varve.server.doctor.Finding.Level;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the doctor says of a machine that a test has made ill. */
class ExamsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");

    private static final TestIdentity SERVER =
            AUTHORITY.issue("CN=server", Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z"));

    @TempDir
    private Path directory;

    private static final PortHolders HOLDERS = new PortHolders(Path.of("/proc"));

    private static List<String> of(Level level, List<Finding> found) {
        assertThat(found)
                .filteredOn(finding -> finding.level() != Level.OK)
                .allSatisfy(finding -> assertThat(finding.advice()).isNotEmpty());
        return found.stream()
                .filter(finding -> finding.level() == level)
                .map(Finding::what)
                .toList();
    }

    private List<Finding> directory(boolean plainFiles) {
        return new DirectoryExam(directory, Clock.system(), plainFiles, DirectoryExam::isUsable).examine();
    }

    @Test
    void aDirectoryIsWrittenToAndLeftAsItWas() throws IOException {
        assertThat(of(Level.OK, directory(true)))
                .anyMatch(what -> what.matches(".* is on its disk after [0-9.,]+ ms"))
                .anyMatch(what -> what.endsWith(" can be written"));
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsAProblem() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(of(
                        Level.PROBLEM,
                        new DirectoryExam(file.resolve("data"), Clock.system(), true, DirectoryExam::isUsable)
                                .examine()))
                .singleElement()
                .asString()
                .contains("cannot be read and written by");
    }

    /** The tests' user may be root, who may do everything. */
    @Test
    void filesOfAnotherUserAreAProblem() throws IOException {
        Path segment = Files.createFile(
                Files.createDirectory(directory.resolve("orders-0")).resolve("0.log"));
        DirectoryExam exam = new DirectoryExam(directory, Clock.system(), true, path -> !path.equals(segment));
        assertThat(ofFiles(exam)).singleElement().asString().contains("such as " + segment);
        DirectoryExam whole = new DirectoryExam(directory, Clock.system(), true, path -> !path.equals(directory));
        assertThat(ofFiles(whole)).singleElement().asString().contains("cannot be read and written");
    }

    /** A directory for temporary files may lie in memory. */
    private static List<String> ofFiles(DirectoryExam exam) {
        List<String> problems = new ArrayList<>(of(Level.PROBLEM, exam.examine()));
        problems.removeIf(problem -> problem.endsWith("lies in memory (tmpfs)"));
        return problems;
    }

    @Test
    void whatNoServerHasMadeIsNoticed() throws IOException {
        Files.createFile(directory.resolve("notes.txt"));
        assertThat(of(Level.NOTE, directory(true))).anyMatch(what -> what.contains("such as notes.txt"));
        Files.createFile(directory.resolve(DirectoryLock.NAME));
        assertThat(of(Level.NOTE, directory(true))).noneMatch(what -> what.contains("notes.txt"));
    }

    private List<String> storage(String backend, Map<String, String> properties) {
        return of(
                Level.PROBLEM,
                new StorageExam(
                                new StorageConfig(backend, List.of(directory), properties),
                                StorageBackends.named(backend),
                                Clock.system())
                        .examine());
    }

    @Test
    void aDirectoryOfAnotherBackendIsAProblem() throws IOException {
        assertThat(storage("lmdb", Map.of())).isEmpty();
        Files.createFile(Files.createDirectory(directory.resolve("orders-0")).resolve("partition.metadata"));
        assertThat(storage("file", Map.of())).isEmpty();
        assertThat(storage("lmdb", Map.of()))
                .singleElement()
                .asString()
                .contains(directory + " (log.dirs) has been written with storage.backend=file");
    }

    @Test
    void aDirectoryOfAKafkaIsAProblemHoweverLittleOfItIsThere() throws IOException {
        Files.writeString(directory.resolve("meta.properties"), "version=1\nclus");
        assertThat(storage("file", Map.of())).singleElement().asString().contains("is a Kafka's");
        assertThat(of(Level.NOTE, directory(true))).noneMatch(what -> what.contains("no server of Varve"));
    }

    @Test
    void aBucketThatCannotBeReachedIsAProblem() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(storage(
                        "s3",
                        Map.of(
                                "s3.bucket", "records",
                                "s3.endpoint", "http://127.0.0.1:" + port,
                                "s3.region", "us-east-1",
                                "s3.access.key.id", "key",
                                "s3.secret.access.key", "do-not-tell")))
                .singleElement()
                .asString()
                .startsWith("the bucket cannot be used")
                .contains("s3.endpoint")
                .doesNotContain("do-not-tell");
        assertThat(storage("s3", Map.of())).singleElement().asString().startsWith("s3.bucket is");
    }

    @Test
    void aServerThatWasKilledIsNoticed() throws IOException {
        Files.createFile(directory.resolve(DirectoryLock.NAME));
        assertThat(of(Level.NOTE, directory(true))).anyMatch(what -> what.contains("was not left in order"));
        assertThat(of(Level.NOTE, directory(false))).noneMatch(what -> what.contains("was not left in order"));
        Files.createFile(directory.resolve(".kafka_cleanshutdown"));
        assertThat(of(Level.NOTE, directory(true))).noneMatch(what -> what.contains("was not left in order"));
        Files.writeString(directory.resolve(DirectoryLock.NAME), "4711\n");
        assertThat(of(Level.NOTE, directory(false)))
                .anyMatch(what -> what.contains("was not left in order: process 4711"));
    }

    @Test
    void aClockThatWasSetBackIsAProblem() throws IOException {
        Path segment = Files.createFile(
                Files.createDirectory(directory.resolve("orders-0")).resolve("0.log"));
        Files.setLastModifiedTime(segment, FileTime.fromMillis(Clock.system().millis() + 3_600_000));
        assertThat(of(Level.PROBLEM, directory(true))).anyMatch(what -> what.contains("s in the future"));
    }

    @Test
    void limitsAreReadFromTheMachine() throws IOException {
        Files.createDirectories(directory.resolve("self"));
        Files.createDirectories(directory.resolve("sys/vm"));
        Files.writeString(
                directory.resolve("self/limits"),
                "Max cpu time  unlimited\nMax open files            1024 4096 files\n");
        Files.writeString(directory.resolve("sys/vm/max_map_count"), "1000\n");
        Files.writeString(directory.resolve("meminfo"), "MemTotal:        2097152 kB\nMemFree: 1 kB\n");
        List<Finding> small = new LimitsExam(directory, "-Xms1g -Xmx1800m", 11).examine();
        assertThat(of(Level.PROBLEM, small))
                .containsExactly(
                        "Java 11 is too old",
                        "a process of this user may open 1024 files",
                        "the heap may take 1800 MiB of the machine's 2048 MiB of memory");
        assertThat(of(Level.NOTE, small)).containsExactly("a process may have 1000 mappings of memory");
        assertThat(of(Level.OK, new LimitsExam(directory, null, 21).examine()))
                .contains("Java 21 runs Varve", "the heap may take 512 MiB of the machine's 2048 MiB of memory");
        assertThat(of(Level.NOTE, new LimitsExam(directory, null, 26).examine()))
                .contains("Java 26 is newer than those Varve is tested with");
        assertThat(new LimitsExam(directory.resolve("none"), null, 17).examine())
                .hasSize(1);
    }

    @Test
    void settingsWithPasswordsAreForTheServersUser() throws IOException {
        Path file = Files.writeString(directory.resolve("server.properties"), "a=b\nssl.key.password=${file:x:y}\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(new SettingsFileExam(file).examine()).isEmpty();

        Files.writeString(file, "listener.name.a.ssl.keystore.password=guess-me\n");
        assertThat(of(Level.NOTE, new SettingsFileExam(file).examine()))
                .singleElement()
                .asString()
                .contains("holds passwords")
                .doesNotContain("guess-me");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(new SettingsFileExam(file).examine()).isEmpty();
        assertThat(new SettingsFileExam(directory.resolve("absent")).examine()).isEmpty();
    }

    @Test
    void aPortThatSomebodyHasIsAProblemUnlessItIsTheServer() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint = new Endpoint("PLAINTEXT", "127.0.0.1", taken.getLocalPort());
            assertThat(of(Level.PROBLEM, new PortExam(List.of(endpoint), List.of(endpoint), false, HOLDERS).examine()))
                    .singleElement()
                    .asString()
                    .contains("cannot be listened on")
                    .contains("process " + ProcessHandle.current().pid() + " (");
            assertThat(of(Level.OK, new PortExam(List.of(endpoint), List.of(endpoint), true, HOLDERS).examine()))
                    .containsExactly(
                            endpoint + " is taken, by the server that runs",
                            "clients are told to connect to " + endpoint.address() + ", which answers");
        }
    }

    private void process(int id, String name, String socket) throws IOException {
        Path process = Files.createDirectories(directory.resolve(id + "/fd")).getParent();
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.createSymbolicLink(process.resolve("fd/3"), Path.of("/dev/null"));
        Files.createSymbolicLink(process.resolve("fd/4"), Path.of("socket:[" + socket + "]"));
    }

    /** As on a machine whose bytes are little-endian: 2384h is 9092, 0100007F 127.0.0.1. */
    @Test
    void whoListensIsFoundByAddressAndPort() throws IOException {
        Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
        String end = " 00:00 00:0 00 %d 0 %d 1 0 100 0\n";
        Files.createDirectories(directory.resolve("net"));
        Files.writeString(
                directory.resolve("net/tcp"),
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                        + ("   0: 0100007F:2384 00000000:0000 0A" + end).formatted(0, 71)
                        + ("   1: 0200007F:2384 00000000:0000 0A" + end).formatted(0, 72)
                        + ("   2: 0100007F:2385 0100007F:AAAA 01" + end).formatted(0, 73)
                        + ("   3: 0100007F:2386 00000000:0000 0A" + end).formatted(998, 74));
        Files.writeString(
                directory.resolve("net/tcp6"),
                ("   0: 00000000000000000000000000000000:2387 00000000000000000000000000000000:0000 0A" + end)
                        .formatted(0, 75));
        process(71, "java", "71");
        process(72, "other", "72");
        process(75, "node", "75");
        Files.createDirectories(directory.resolve("acpi/fd"));
        PortHolders holders = new PortHolders(directory);
        InetAddress local = InetAddress.getByName("127.0.0.1");
        assertThat(holders.of(local, 9092)).containsExactly("process 71 (java)");
        assertThat(holders.of(InetAddress.getByName("0.0.0.0"), 9092))
                .containsExactly("process 71 (java)", "process 72 (other)");
        assertThat(holders.of(local, 9093)).isEmpty();
        assertThat(holders.of(local, 9094))
                .containsExactly("a process of the user with id 998, whose files are hidden");
        assertThat(holders.of(local, 9095)).containsExactly("process 75 (node)");
        assertThat(new PortHolders(directory.resolve("none")).of(local, 9092)).isEmpty();
    }

    @Test
    void anAdvertisedNameThatNobodyKnowsIsAProblem() {
        Endpoint unknown = new Endpoint("PLAINTEXT", "no-such-host.invalid", 9092);
        assertThat(of(Level.PROBLEM, new PortExam(List.of(), List.of(unknown), false, HOLDERS).examine()))
                .singleElement()
                .asString()
                .contains("no-such-host.invalid");
    }

    private static List<Finding> secured(SecurityProtocol protocol, String now, Map<String, String> settings) {
        return new SecurityExam(
                        List.of(new ListenerSecurity("OUTSIDE", protocol, settings)),
                        new VirtualTime(Instant.parse(now).toEpochMilli()))
                .examine();
    }

    private Map<String, String> pem(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("server.pem"), content);
        return Map.of("ssl.keystore.type", "PEM", "ssl.keystore.location", file.toString());
    }

    @Test
    void aCertificateIsLookedAt() throws IOException {
        Map<String, String> pem = pem(SERVER.pem());
        assertThat(of(Level.OK, secured(SecurityProtocol.SSL, "2026-06-01T00:00:00Z", pem)))
                .containsExactly("the certificate of OUTSIDE is good for 214 more days");
        assertThat(of(Level.NOTE, secured(SecurityProtocol.SASL_SSL, "2026-12-22T00:00:00Z", pem)))
                .anyMatch(what -> what.endsWith("is good for 10 more days"));
        assertThat(of(Level.PROBLEM, secured(SecurityProtocol.SSL, "2027-01-02T00:00:00Z", pem)))
                .singleElement()
                .asString()
                .contains("has expired");
        assertThat(secured(SecurityProtocol.SASL_PLAINTEXT, "2027-01-02T00:00:00Z", pem))
                .isEmpty();
    }

    @Test
    void whatStopsAStartIsAProblem() throws IOException {
        String now = "2026-06-01T00:00:00Z";
        String stranger = AUTHORITY.issue("CN=server").keyPem() + SERVER.chainPem();
        assertThat(of(Level.PROBLEM, secured(SecurityProtocol.SSL, now, pem(stranger))))
                .singleElement()
                .asString()
                .contains("a private key that does not belong to the certificate");
        Map<String, String> trusting = new HashMap<>(pem(SERVER.pem()));
        trusting.put("ssl.client.auth", "required");
        trusting.put("ssl.truststore.type", "PEM");
        trusting.put("ssl.truststore.location", directory.resolve("missing.pem").toString());
        assertThat(of(Level.PROBLEM, secured(SecurityProtocol.SSL, now, trusting)))
                .singleElement()
                .asString()
                .contains("ssl.truststore.location")
                .contains("there is no such file");
    }

    @Test
    void aKeyStoreThatCannotBeReadIsAProblemAndItsPasswordStaysSecret() throws IOException {
        Path file = Files.writeString(directory.resolve("server.p12"), "no key store");
        Map<String, String> store = Map.of(
                "ssl.keystore.type", "PKCS12",
                "ssl.keystore.location", file.toString(),
                "ssl.keystore.password", "do-not-tell");
        List<Finding> found = secured(SecurityProtocol.SSL, "2026-06-01T00:00:00Z", store);
        assertThat(of(Level.PROBLEM, found)).singleElement().asString().contains(file.toString());
        assertThat(found.toString()).doesNotContain("do-not-tell");
    }
}
