// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StorageBackendsTest {
    @Test
    void areFoundOnce() {
        assertThat(StorageBackends.all()).isSameAs(StorageBackends.all()).isNotEmpty();
        assertThatThrownBy(() -> StorageBackends.all().clear()).isInstanceOf(UnsupportedOperationException.class);
        String name = StorageBackends.all().firstKey();
        assertThat(StorageBackends.named(name)).isSameAs(StorageBackends.named(name));
    }
}
