// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.engine.Durability;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.config.TopicConfigs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConfigTest {
    private static final Path SHIPPED = Path.of("..", "config", "server.properties");
    private static final Path SHIPPED_S3 = Path.of("..", "config", "server-s3.properties");

    /** Keys that the shipped file shows an example of: they have no default. */
    private static final Set<String> EXAMPLES = Set.of("advertised.listeners");

    @TempDir
    Path home;

    @Test
    void anEmptyFileGivesTheDefaults() throws IOException {
        ServerConfig config = load("");

        assertThat(config.advertised()).containsExactly(new Endpoint("PLAINTEXT", "localhost", 9092));
        assertThat(config.net().listeners()).extracting(Endpoint::host).contains("127.0.0.1");
        assertThat(config.metadata().nodeId()).isEqualTo(1);
        assertThat(config.storage().backend()).isEqualTo("file");
        assertThat(config.storage().directories()).containsExactly(home.resolve("data"));
        assertThat(config.engine().durability()).isEqualTo(Durability.SYNC);
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void aProgramGivesSettingsWithoutAFile() {
        ServerConfig config = ServerConfig.of(Map.of("storage.backend", "memory", "log.dirs", "data"), home);

        assertThat(config.storage().backend()).isEqualTo("memory");
        assertThat(config.storage().directories()).containsExactly(home.resolve("data"));
        assertThatThrownBy(() -> ServerConfig.of(Map.of("node.id", "first"), home))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith("settings: node.id=first is wrong");
    }

    @Test
    void httpIsOffOrOnLoopbackUnlessAHostIsNamed() throws IOException {
        assertThat(load("").http().listeners()).isEmpty();
        assertThat(load("http.listeners=http://:8080").http().listeners())
                .isNotEmpty()
                .allMatch(each -> each.port() == 8080 && EndpointParser.isLoopback(each));
        assertThat(load("http.listeners=HTTP://0.0.0.0:0\nadvertised.listeners=PLAINTEXT://Broker.example:9092")
                        .http())
                .satisfies(http -> {
                    assertThat(http.listeners()).containsExactly(new Endpoint("HTTP", "0.0.0.0", 0));
                    assertThat(http.hosts()).contains("broker.example");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", "ftp://localhost:80", "http://localhost", "http://localhost:99999"})
    void aWrongHttpListenerIsRefusedWithAnExample(String listener) {
        assertThatThrownBy(() -> load("http.listeners=" + listener))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("http.listeners")
                .hasMessageContaining("http://localhost:8080");
    }

    @Test
    void theShippedFileNamesEveryKeyOfOursAndWarnsOfNothing() throws IOException {
        assertThat(ServerConfig.load(SHIPPED, List.of(), home).warnings()).isEmpty();

        TreeSet<String> named = new TreeSet<>();
        Matcher keys = Pattern.compile("(?m)^#?([a-z.]+)=").matcher(Files.readString(SHIPPED));
        while (keys.find()) {
            named.add(keys.group(1));
        }
        assertThat(named).containsAll(BrokerConfigDef.names());
    }

    @Test
    void theShippedFileStatesTheTrueDefaults() throws IOException {
        String all = Files.readString(SHIPPED).replaceAll("(?m)^#([a-z.]+=\\S)", "$1");
        ServerConfig spelledOut = load(all);
        ServerConfig defaults = load("");

        assertThat(spelledOut.warnings())
                .allMatch(line -> line.endsWith(" is ignored: it is for storage.backend=lmdb")
                        || line.contains(": ssl.") && line.contains(" is ignored: none of the listeners speaks TLS"));
        assertThat(spelledOut.net()).isEqualTo(defaults.net());
        assertThat(spelledOut.advertised()).isEqualTo(defaults.advertised());
        assertThat(spelledOut.engine()).isEqualTo(defaults.engine());
        assertThat(spelledOut.storage().directories())
                .isEqualTo(defaults.storage().directories());
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void theShippedFileStatesTheDefaultEachKeyIsDefinedWith(String backend) throws IOException {
        MetadataConfig config = load("storage.backend=" + backend).metadata();
        BrokerConfigs configs = new BrokerConfigs(config.brokerKeys(), config.logDefaults());
        Matcher commented = Pattern.compile("(?m)^#([a-z][a-z.]*)=(.+)$").matcher(Files.readString(SHIPPED));
        int compared = 0;
        while (commented.find()) {
            String key = commented.group(1);
            if (!EXAMPLES.contains(key) && !isOfAnother(key, backend)) {
                assertThat(configs.byDefault(key)).as(key).isEqualTo(commented.group(2));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(70);
    }

    @Test
    void theFileForS3NamesEverySettingOfTheTierAndItsDefault() throws IOException {
        String file = Files.readString(SHIPPED_S3);
        assertThat(ServerConfig.load(SHIPPED_S3, List.of(), home).warnings()).isEmpty();
        Map<String, ConfigEntry> shown = shown(file);
        Set<String> named = new TreeSet<>();
        Matcher keys = Pattern.compile("(?m)^(#?)([a-z][a-z0-9.]*)=(.*)$").matcher(file);
        while (keys.find()) {
            String key = keys.group(2);
            named.add(key);
            assertThat(shown).containsKey(key);
            if (keys.group(1).equals("#")) {
                assertThat(shown.get(key).value() == null ? "" : shown.get(key).value())
                        .as(key)
                        .isEqualTo(keys.group(3));
            }
        }
        assertThat(named)
                .containsAll(shown.keySet().stream()
                        .filter(key -> key.startsWith("s3."))
                        .toList())
                .hasSizeGreaterThan(30);
    }

    @Test
    void aBackendWithATierTakesTheSettingsOfTheOneInFront() throws IOException {
        String lmdb = StorageBackends.settings("lmdb").keySet().stream()
                .filter(key -> key.startsWith("lmdb."))
                .findFirst()
                .orElseThrow();
        assertThat(load("storage.backend=s3\ns3.hot.backend=lmdb")
                        .metadata()
                        .brokerKeys()
                        .keys())
                .containsKey(lmdb);
    }

    private static boolean isOfAnother(String key, String backend) {
        return StorageBackends.names().stream().anyMatch(name -> key.startsWith(name + ".") && !name.equals(backend));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void whatTheShippedFileNamesIsWhatDescribeConfigsShows(String backend) throws IOException {
        Map<String, ConfigEntry> shown = shown("storage.backend=" + backend);
        Matcher keys = Pattern.compile("(?m)^#?([a-z.]+)=").matcher(Files.readString(SHIPPED));
        int named = 0;
        while (keys.find()) {
            String key = keys.group(1);
            if (!isOfAnother(key, backend)) {
                assertThat(shown).containsKey(key);
                named++;
            }
        }
        assertThat(named).isGreaterThan(70);
        assertThat(shown.keySet()).containsAll(BrokerConfigDef.names());
        assertThat(shown.keySet()).noneMatch(key -> isOfAnother(key, backend));
        assertThat(shown.values())
                .allSatisfy(setting -> assertThat(setting.key().documentation)
                        .as(setting.key().name)
                        .isNotBlank());
    }

    @Test
    void showsWhatIsInForce() throws IOException {
        Map<String, ConfigEntry> old = shown("broker.id=5\nlog.dir=c\ndefault.replication.factor=3\nmax.connections=7");
        assertThat(old.get("node.id").value()).isEqualTo("5");
        assertThat(old.get("node.id").source()).isEqualTo(ConfigEntry.Source.STATIC);
        assertThat(old.get("broker.id").value()).isEqualTo("5");
        assertThat(old.get("log.dirs").value()).isEqualTo("c");
        assertThat(old.get("log.dirs").key().type).isEqualTo(ConfigDef.Type.LIST);
        assertThat(old.get("default.replication.factor").value()).isEqualTo("1");
        assertThat(old.get("max.connections").value()).isEqualTo("7");
        assertThat(old.get("max.connections").key().type).isEqualTo(ConfigDef.Type.INT);
        assertThat(old.get("listeners").key().type).isEqualTo(ConfigDef.Type.LIST);
        assertThat(old.get("auto.create.topics.enable").key().type).isEqualTo(ConfigDef.Type.BOOLEAN);
        assertThat(old.get("offsets.topic.segment.bytes").value()).isEqualTo("4194304");
        assertThat(old.get("transaction.state.log.segment.bytes").value()).isEqualTo("4194304");
        assertThat(old.get("group.coordinator.threads").value()).isEqualTo("1");
        assertThat(old.get("log.durability").key().documentation).startsWith("sync: an acks=all answer");
    }

    @Test
    void aBackendsSecretIsNotShown() throws IOException {
        Map<String, ConfigEntry> shown =
                shown("storage.backend=s3\ns3.bucket=b\ns3.access.key.id=id\ns3.secret.access.key=hush");
        assertThat(BrokerConfigs.isSensitive(shown.get("s3.secret.access.key"))).isTrue();
        assertThat(BrokerConfigs.isSensitive(shown.get("s3.access.key.id"))).isFalse();
        ServerConfig config = load("storage.backend=s3\ns3.bucket=b\ns3.access.key.id=id\ns3.secret.access.key=hush");
        assertThat(config.storage().properties()).containsEntry("s3.secret.access.key", "hush");
        assertThat(config.warnings()).noneMatch(line -> line.contains("hush"));
    }

    private Map<String, ConfigEntry> shown(String text) throws IOException {
        MetadataConfig config = load(text).metadata();
        return new BrokerConfigs(config.brokerKeys(), config.logDefaults())
                .settings().stream().collect(Collectors.toMap(setting -> setting.key().name, setting -> setting));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka-2.0-edited", "kafka-2.8", "kafka-3.9-kraft", "kafka-4.3"})
    void kafkasOwnFilesStartWithOneWarningAKey(String name) throws IOException {
        ServerConfig config = load(resource(name + ".properties"));

        // A host name has as many listeners as it has addresses.
        assertThat(config.net().listeners())
                .isNotEmpty()
                .extracting(Endpoint::port)
                .containsOnly(9092);
        assertThat(config.warnings())
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .allSatisfy(line -> assertThat(line)
                        .startsWith(home + "/server.properties: ")
                        .doesNotContain("\n"));
        assertThat(config.warnings().stream().map(line -> line.split(" ")[1])).doesNotHaveDuplicates();
        assertThat(config.warnings())
                .filteredOn(line -> !line.contains("my.own.key"))
                .noneMatch(line -> line.contains("not a setting this server knows"));
    }

    @Test
    void takesValuesFromTheProvidersOfTheFile() throws IOException {
        Path secrets = Files.writeString(home.resolve("secrets.properties"), "node=12\nword=hush");
        String providers = "config.providers=file,env\n"
                + "config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider\n"
                + "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider\n";
        ServerConfig config = load(providers + "node.id=${file:" + secrets + ":node}\nbroker.rack=${env:PATH}");
        assertThat(config.metadata().nodeId()).isEqualTo(12);
        assertThat(config.metadata().rack()).isEqualTo(System.getenv("PATH"));
        assertThat(config.warnings()).isEmpty();

        assertThatThrownBy(() -> load(providers + "node.id=${file:" + secrets + ":word}"))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("node.id=${file:" + secrets + ":word} is wrong")
                .message()
                .doesNotContain("hush");
        for (String unknown : List.of("${env:NO_SUCH_NAME}", "${file:" + secrets + ":no-such-key}")) {
            assertThatThrownBy(() -> load(providers + "broker.rack=a" + unknown))
                    .isInstanceOf(ConfigError.class)
                    .hasMessageContaining("broker.rack=a" + unknown)
                    .hasMessageContaining("has no value");
        }
        assertThatThrownBy(() -> load(providers + "broker.rack=${file:" + home.resolve("none") + ":key}"))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("Could not read");
        assertThatThrownBy(() -> load("config.providers=env\nbroker.rack=${env:PATH}"))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("config.providers.env.class");
        assertThatThrownBy(() -> load("config.providers=a\nconfig.providers.a.class=no.such.Type"))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("no.such.Type");
        assertThat(load("broker.rack=${env:PATH}").metadata().rack()).isEqualTo("${env:PATH}");
    }

    @Test
    void saysWhyAKeyHasNoEffect() throws IOException {
        assertThat(load("zookeeper.connect=zk:2181").warnings())
                .containsExactly(home + "/server.properties: zookeeper.connect is ignored: no ZooKeeper is needed");
        assertIgnored("num.recovery.threads.per.data.dir=1", "the number of threads that open partitions is fixed");
        assertIgnored("create.topic.policy.class.name=a.B", "no classes of others are loaded");
        assertIgnored("lmdb.map.max.size=1", "it is for storage.backend=lmdb");
        assertThat(load("storage.backend=lmdb\nlmdb.map.max.size=1073741824").warnings())
                .isEmpty();
        assertThat(load("num.partitons=3").warnings())
                .containsExactly(
                        home + "/server.properties: num.partitons is ignored: not a setting this server knows");
    }

    private void assertIgnored(String line, String reason) throws IOException {
        assertThat(load(line).warnings()).singleElement().asString().endsWith(" is ignored: " + reason);
    }

    @Test
    void takesAReplicationFactorItCannotMeetWithAWarning() throws IOException {
        ServerConfig config = load("default.replication.factor=3");
        assertThat(config.metadata().topics().defaultReplicationFactor()).isEqualTo(1);
        assertThat(config.warnings()).singleElement().asString().contains("nothing is replicated");
    }

    @Test
    void takesTheOldBrokerIdWhenThereIsNoNodeId() throws IOException {
        ServerConfig old = load("broker.id=7");
        assertThat(old.metadata().nodeId()).isEqualTo(7);
        assertThat(old.warnings()).singleElement().asString().contains("broker.id is obsolete: taken as node.id");

        assertThat(load("broker.id=7\nnode.id=8").metadata().nodeId()).isEqualTo(8);
        assertThat(load("broker.id=-1").metadata().nodeId()).isEqualTo(1);
    }

    @Test
    void overridesAreStrongerThanTheFileAndNamedInErrors() throws IOException {
        Path file = write("num.partitions=2");
        assertThat(ServerConfig.load(file, List.of("num.partitions=3"), home)
                        .metadata()
                        .topics()
                        .numPartitions())
                .isEqualTo(3);
        assertThatThrownBy(() -> ServerConfig.load(file, List.of("num.partitions=none"), home))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith("--override: num.partitions=none is wrong: must be a whole number");
        assertThatThrownBy(() -> ServerConfig.load(file, List.of("log.segment.bytes=1"), home))
                .hasMessageStartingWith("--override: log.segment.bytes=1 is wrong: Value must be at least");
        assertThatThrownBy(() -> ServerConfig.load(file, List.of("group.max.size=none"), home))
                .hasMessageStartingWith("--override: ")
                .hasMessageContaining("group.max.size");
        assertThatThrownBy(() -> ServerConfig.load(file, List.of("num.partitions"), home))
                .hasMessage("--override num.partitions: must be key=value");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node.id=-1|a whole number, 0 or more",
                "num.partitions=0|a whole number, 1 or more",
                "num.partitions=many|a whole number, 1 or more",
                "default.replication.factor=0|a whole number, 1 or more",
                "num.network.threads=0|a whole number, 1 or more",
                "log.durability=maybe|one of [sync, async]",
                "log.read.verify=maybe|true or false",
                "file.open.files=none|a whole number, 1 to 2147483647",
                "storage.reserve.bytes=-1|a whole number",
                "auto.create.topics.enable=yes|true or false",
                "listeners=9092|a list of NAME://host:port",
                "listeners=PLAINTEXT://localhost:99999|a list of NAME://host:port",
                "listeners=PLAINTEXT://a:1,PLAINTEXT://b:2|names each listener once",
                "advertised.listeners=PLAINTEXT://0.0.0.0:9092|addresses clients can connect to",
                "advertised.listeners=OTHER://a:1|of listeners named in listeners",
                "log.retention.hours=soon|must be a whole number",
                "log.roll.hours=-1|log.roll.hours",
                "log.segment.bytes=1|Value must be at least",
                "group.max.size=none|group.max.size",
                "broker.id=one|a whole number",
            })
    void aWrongValueStopsTheStartWithOneLineNamingFileKeyValueAndWhatIsAllowed(String line, String allowed) {
        String[] pair = line.split("=", 2);
        assertThatThrownBy(() -> load(line))
                .isInstanceOf(ConfigError.class)
                .hasMessageStartingWith(home + "/server.properties: ")
                .hasMessageContaining(pair[0])
                .hasMessageContaining(pair[1])
                .hasMessageContaining(allowed)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aMissingFileIsSaidInOneLine() {
        assertThatThrownBy(() -> ServerConfig.load(home.resolve("nothing"), List.of(), home))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining("there is no such file");
    }

    @Test
    void keepsRecordsForeverWhenToldMinusOneHours() throws IOException {
        MetadataConfig config = load("log.retention.hours=-1").metadata();
        assertThat(new TopicConfigs(config.logDefaults(), config.batches(), false).value("retention.ms", Map.of()))
                .isEqualTo("-1");
    }

    @Test
    void readsAddressesOfEveryKind() throws IOException {
        assertThat(load("listeners=PLAINTEXT://[::1]:0").advertised())
                .containsExactly(new Endpoint("PLAINTEXT", "::1", 0))
                .first()
                .hasToString("PLAINTEXT://[::1]:0");
        ServerConfig docker = load("listeners=PLAINTEXT://:29092,OUTSIDE://:9092\n"
                + "listener.security.protocol.map=OUTSIDE:PLAINTEXT,PLAINTEXT:PLAINTEXT\n"
                + "advertised.listeners=PLAINTEXT://kafka:29092,OUTSIDE://localhost:9092\n"
                + "inter.broker.listener.name=PLAINTEXT");
        assertThat(docker.net().listeners()).extracting(Endpoint::port).containsExactly(29092, 9092);
        assertThat(docker.advertised()).extracting(Endpoint::host).containsExactly("kafka", "localhost");
    }

    @Test
    void relativeDirectoriesCountFromHome() throws IOException {
        assertThat(load("log.dirs=a, /b").storage().directories()).containsExactly(home.resolve("a"), Path.of("/b"));
        assertThat(load("log.dir=c").storage().directories()).containsExactly(home.resolve("c"));
    }

    private ServerConfig load(String text) throws IOException {
        return ServerConfig.load(write(text), List.of(), home);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(home.resolve("server.properties"), text);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ServerConfigTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
