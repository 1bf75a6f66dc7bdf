// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks which files of keys are taken, and that a wrapped key comes back unchanged or not at all. */
class KeyFileTest {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    @TempDir
    Path directory;

    @Test
    void unwrapsWhatAnotherProcessWrapped() throws IOException {
        KeyWrapper.DataKey first = read("a " + KEY).generate();
        KeyWrapper.DataKey second = read("a " + KEY).generate();

        assertThat(first.plain()).hasSize(KeyWrapper.DATA_KEY_BYTES).isNotEqualTo(second.plain());
        assertThat(read("# the newest first\n\nb " + KEY + "\n  a\t" + KEY + "\n")
                        .unwrap(first.wrapped()))
                .isEqualTo(first.plain());
    }

    @Test
    void findsAChangedWrappedKey() throws IOException {
        KeyWrapper keys = read("a " + KEY);
        byte[] wrapped = keys.generate().wrapped().bytes().toArray();
        for (int at = 0; at < wrapped.length; at++) {
            byte[] changed = wrapped.clone();
            changed[at] ^= 1;
            WrappedKey key = new WrappedKey("a", KeyBytes.copyOf(changed));
            assertThatThrownBy(() -> keys.unwrap(key))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT));
        }
        WrappedKey odd = new WrappedKey("a", KeyBytes.copyOf(new byte[7]));
        assertThatThrownBy(() -> keys.unwrap(odd)).isInstanceOf(StorageException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing",
                "a",
                "a b c",
                "a !!!!",
                "a AAAA",
                "a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\na AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "\u00e4 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
            })
    void refusesAFileThatHasNoKeyOrALineThatIsNone(String content) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE))
                .hasMessageContaining("keys");
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThatThrownBy(() -> KeyFile.read(directory.resolve("none"), Ids.random()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("none");
    }

    private KeyWrapper read(String content) throws IOException {
        return KeyFile.read(Files.writeString(directory.resolve("keys"), content), Ids.random());
    }
}
