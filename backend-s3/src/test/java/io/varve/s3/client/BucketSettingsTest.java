// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.StorageProperties;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketSettingsTest {
    private static final String SECRET = "wJalrXUtnFEMI";

    @Test
    void onlyTheBucketMustBeNamed() {
        BucketSettings aws = read(Map.of("s3.bucket", "varve"));
        assertThat(aws.endpoint()).isEmpty();
        assertThat(aws.key()).as("the SDK's default chain").isEmpty();
        assertThat(aws.prefix()).isEmpty();
        assertThat(aws.pathStyle()).isFalse();
        assertThat(aws.integrity()).isEqualTo(new UploadIntegrity(UploadChecksum.CRC32C, SignedBodies.OVER_HTTP));
        assertThat(aws.limits().partsInFlight()).isEqualTo(4);
        assertThat(aws.place()).isEqualTo("bucket 'varve' at AWS us-east-1");
    }

    @Test
    void anEndpointMeansPathStyleUnlessToldOtherwise() {
        Map<String, String> own = Map.of("s3.bucket", "varve", "s3.endpoint", "http://127.0.0.1:9000");
        assertThat(read(own).pathStyle()).isTrue();
        assertThat(read(own).endpoint()).contains(URI.create("http://127.0.0.1:9000"));
        Map<String, String> virtual = new HashMap<>(own);
        virtual.put("s3.path.style", "false");
        assertThat(read(virtual).pathStyle()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "auto,   http://127.0.0.1:9000,         SMALL",
        "auto,   http://LocalHost:9000,         SMALL",
        "auto,   http://[::1]:9000,             SMALL",
        "auto,   http://127.0.0.1.example.org,  OVER_HTTP",
        "auto,   http://10.0.0.1:9000,          OVER_HTTP",
        "auto,   https://s3.example.org,        OVER_HTTP",
        "always, http://127.0.0.1:9000,         ALL",
        "never,  http://10.0.0.1:9000,          SMALL"
    })
    void contentIsSignedOnItsWayToAnotherMachineOverHttp(String value, String endpoint, SignedBodies bodies) {
        BucketSettings settings =
                read(Map.of("s3.bucket", "varve", "s3.endpoint", endpoint, "s3.payload.signing", value));
        assertThat(settings.integrity().bodies()).isEqualTo(bodies);
    }

    @Test
    void aFolderIsAddedToThePrefix() {
        BucketSettings settings = read(Map.of("s3.bucket", "varve", "s3.prefix", "prod/logs"));
        assertThat(settings.prefix()).isEqualTo("prod/logs/");
        assertThat(settings.within("main").prefix()).isEqualTo("prod/logs/main/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            s3.bucket             | ""
            s3.bucket             | a/b
            s3.region             | eu central
            s3.endpoint           | 127.0.0.1:9000
            s3.endpoint           | ftp://host
            s3.endpoint           | http://
            s3.prefix             | /a
            s3.prefix             | a/
            s3.prefix             | a//b
            s3.path.style         | yes
            s3.checksums          | sha1
            s3.payload.signing    | false
            s3.request.timeout.ms | 5
            s3.connections        | many
            """)
    void aWrongValueIsNamedWithWhatWouldBeRight(String key, String value) {
        Map<String, String> properties = new HashMap<>(Map.of("s3.bucket", "varve"));
        properties.put(key, value);
        assertThatThrownBy(() -> read(properties))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE))
                .hasMessageContaining(key + " is '" + value + "', must be ");
    }

    @Test
    void halfAKeyIsRefused() {
        assertThatThrownBy(() -> read(Map.of("s3.bucket", "varve", "s3.secret.access.key", SECRET)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3.access.key.id is empty")
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> read(Map.of("s3.bucket", "varve", "s3.access.key.id", "AKIA")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("s3.secret.access.key is empty");
    }

    @Test
    void secretsAreNotInTexts() {
        BucketSettings settings =
                read(Map.of("s3.bucket", "varve", "s3.access.key.id", "AKIA", "s3.secret.access.key", SECRET));
        assertThat(settings.key().orElseThrow().secret()).isEqualTo(SECRET);
        assertThat(settings.toString()).contains("AKIA").doesNotContain(SECRET);
        assertThatThrownBy(() -> read(Map.of("s3.bucket", "varve", "s3.endpoint", "http://me:" + SECRET + "@host")))
                .isInstanceOf(StorageException.class)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void everySettingIsDocumented() {
        assertThat(BucketSettings.SETTINGS).allSatisfy(setting -> {
            assertThat(setting.key()).startsWith("s3.");
            assertThat(setting.documentation()).endsWith(".");
        });
    }

    private static BucketSettings read(Map<String, String> properties) {
        return BucketSettings.of(new StorageProperties(BucketSettings.SETTINGS, properties));
    }
}
