// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.varve.server.pattern.PatternLimits;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * Selects clients by one of their properties. Matches in time linear in the pattern and the value: patterns
 * are clients' own, and java.util.regex can take for ever. Immutable.
 *
 * @param property name of the property, one of {@link ClientProperties}' names
 * @param pattern matches the whole value
 */
public record ClientSelector(String property, Pattern pattern) {
    private static final Set<String> PROPERTIES = Set.of(
            "client_instance_id",
            "client_id",
            "client_software_name",
            "client_software_version",
            "client_source_address",
            "client_source_port");

    /**
     * @param selection a property's name and a pattern, as {@code client_id=app-.*}
     * @return the selector
     * @throws InvalidConfigurationException if there is no such property, or RE2 cannot compile the pattern,
     *     or only to something large
     */
    public static ClientSelector parse(String selection) {
        String[] parts = selection.split("=", -1);
        if (parts.length != 2 || !PROPERTIES.contains(parts[0].trim())) {
            throw illegal(selection, "");
        }
        String pattern = parts[1].trim();
        if (PatternLimits.SHORT.areExceededBy(pattern)) {
            throw illegal(selection, ": it is too large");
        }
        try {
            return new ClientSelector(parts[0].trim(), Pattern.compile(pattern));
        } catch (PatternSyntaxException e) {
            throw illegal(selection, isJavas(pattern) ? ": RE2 does not have it: " + e.getMessage() : "");
        }
    }

    private static InvalidConfigurationException illegal(String selection, String why) {
        return new InvalidConfigurationException("Illegal client matching pattern: " + selection + why);
    }

    private static boolean isJavas(String pattern) {
        try {
            java.util.regex.Pattern.compile(pattern);
            return true;
        } catch (java.util.regex.PatternSyntaxException e) {
            return false;
        }
    }

    boolean selects(ClientProperties client) {
        return pattern.matches(client.value(property));
    }
}
