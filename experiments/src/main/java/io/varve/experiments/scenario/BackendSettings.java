// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Knows the settings of a storage, as the storage defines them. */
final class BackendSettings {
    /** The keys whose values are in bytes. */
    private static final Pattern BYTES = Pattern.compile(".*\\.(bytes|size|memory)");

    private final Map<String, StorageSetting> settings = new LinkedHashMap<>();

    /** Takes the settings of the storage in front too. */
    BackendSettings(BackendSpec backend) {
        List<String> names = Stream.concat(Stream.of(backend.kind()), backend.hot().stream())
                .map(YamlValue::name)
                .toList();
        for (StorageProvider provider : StorageProvider.all().values()) {
            if (names.contains(provider.name())) {
                provider.settings().forEach(setting -> settings.put(setting.key(), setting));
            }
        }
    }

    boolean contains(String key) {
        return settings.containsKey(key);
    }

    List<String> names() {
        return new ArrayList<>(settings.keySet());
    }

    /** @return the value in the setting's own unit; empty and a problem if it is wrong */
    Optional<String> read(String key, YamlValue field) {
        StorageSetting setting = settings.get(key);
        return switch (setting.type()) {
            case NUMBER -> Optional.of(Long.toString(number(setting, field)));
            case FLAG ->
                field.text("true or false").filter(text -> {
                    boolean flag = text.equals("true") || text.equals("false");
                    if (!flag) {
                        field.wrong("must be true or false");
                    }
                    return flag;
                });
            case TEXT, LIST, SECRET -> field.text("a text");
        };
    }

    private static long number(StorageSetting setting, YamlValue field) {
        Optional<String> text = field.text("a number");
        boolean bare = text.isEmpty() || text.get().strip().matches("-?[0-9]+");
        if (!bare && setting.key().endsWith(".ms")) {
            return field.millis(setting.min(), setting.min(), setting.max());
        }
        if (!bare && BYTES.matcher(setting.key()).matches()) {
            return field.bytes(setting.min(), setting.min(), setting.max());
        }
        return text.isEmpty() ? setting.min() : field.whole(setting.min(), setting.min(), setting.max());
    }
}
