// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.config.ConfigError;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the values of {@code varve.halt.at}; end-to-end tests cover the halt itself. */
class HaltAtFailPointTest {
    private static Properties property(String value) {
        Properties properties = new Properties();
        properties.setProperty(HaltAtFailPoint.PROPERTY, value);
        return properties;
    }

    @ParameterizedTest
    @ValueSource(strings = {"place:0", "place:-1", "place:", "place:x"})
    void refusesWhatIsNoCount(String value) {
        assertThatThrownBy(() -> HaltAtFailPoint.armed(property(value)))
                .isInstanceOf(ConfigError.class)
                .hasMessageContaining(value);
    }

    @Test
    void doesNothingUnlessToldToAndThenOnlyAtTheRightPlaceAndTime() {
        assertThatCode(() -> HaltAtFailPoint.armed(new Properties()).hit("place"))
                .doesNotThrowAnyException();
        assertThatCode(() -> HaltAtFailPoint.armed(property("place:2")).hit("elsewhere"))
                .doesNotThrowAnyException();
        assertThatCode(() -> HaltAtFailPoint.armed(property("place:2")).hit("place"))
                .doesNotThrowAnyException();
    }
}
