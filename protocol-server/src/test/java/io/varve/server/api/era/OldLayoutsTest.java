// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;

/** Compares the layouts with those of Kafka 3.9, the last that had them. */
class OldLayoutsTest {
    private static final Path KAFKA = Path.of("target/old-clients/kafka-clients-3.9.1.jar");

    @Test
    void areThoseOfTheLastKafkaThatHadThem() throws Exception {
        assertThat(Files.exists(KAFKA)).as("%s, which the build copies", KAFKA).isTrue();
        URL slf4j = org.slf4j.Logger.class.getProtectionDomain().getCodeSource().getLocation();
        int compared = 0;
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {KAFKA.toUri().toURL(), slf4j}, ClassLoader.getPlatformClassLoader())) {
            Class<?> types = loader.loadClass("org.apache.kafka.common.message.ApiMessageType");
            for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
                if (api.name.startsWith("Share") || api == ApiKeys.WRITE_TXN_MARKERS) {
                    continue; // an early access, never stable; an API of brokers
                }
                Object type = api.oldestVersion() == 0 ? null : constant(types, api);
                for (short version = 0; version < api.oldestVersion(); version++) {
                    assertThat(OldLayouts.has(api, version))
                            .as("%s %s", api, version)
                            .isTrue();
                    assertThat(text(OldLayouts.request(api, version)))
                            .as("requests of %s %s", api, version)
                            .isEqualTo(theirs(type, "requestSchemas", version));
                    assertThat(text(OldLayouts.response(api, version)))
                            .as("responses of %s %s", api, version)
                            .isEqualTo(theirs(type, "responseSchemas", version));
                    // Kafka's classes still know the headers of all of them.
                    assertThat(api.requestHeaderVersion(version)).isEqualTo((short) 1);
                    assertThat(api.responseHeaderVersion(version)).isZero();
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(20);
    }

    private static Object constant(Class<?> types, ApiKeys api) {
        for (Object each : types.getEnumConstants()) {
            if (each.toString().equals(api.name().toUpperCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new AssertionError("Kafka 3.9 has no " + api);
    }

    private static String theirs(Object type, String schemas, int version) throws ReflectiveOperationException {
        Object[] all = (Object[]) type.getClass().getMethod(schemas).invoke(type);
        return all[version].toString().replace("RECORDS", "BYTES");
    }

    /** Kafka's layouts do not show which arrays may be null; and null records are refused later. */
    private static String text(Schema schema) {
        return schema.toString()
                .replace("NULLABLE_ARRAY", "ARRAY")
                .replace("NULLABLE_BYTES", "BYTES")
                .replace("NULLABLE_RECORDS", "BYTES")
                .replace("RECORDS", "BYTES");
    }
}
