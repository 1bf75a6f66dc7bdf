// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Unwraps data keys of objects, and remembers the ones used last, so that a reader asks the
 * {@link KeyWrapper} once for an object. Thread-safe.
 */
final class DataKeys {
    private static final int REMEMBERED = 1024;

    private final KeyWrapper wrapper;
    private final Map<WrappedKey, SecretKey> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<WrappedKey, SecretKey> eldest) {
            return size() > REMEMBERED;
        }
    };

    DataKeys(KeyWrapper wrapper) {
        this.wrapper = wrapper;
    }

    /** @throws io.varve.core.spi.StorageException as {@link KeyWrapper#unwrap} */
    SecretKey unwrap(WrappedKey wrapped) {
        SecretKey known;
        synchronized (keys) {
            known = keys.get(wrapped);
        }
        if (known != null) {
            return known;
        }
        SecretKey key = new SecretKeySpec(wrapper.unwrap(wrapped), ChunkCipher.KEY_ALGORITHM);
        synchronized (keys) {
            keys.put(wrapped, key);
        }
        return key;
    }
}
