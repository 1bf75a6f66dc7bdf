// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Set;
import java.util.regex.MatchResult;
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

    /** Max number of parentheses: RE2/J parses them recursively. */
    private static final int MAX_GROUPS = 100;
    /** Max number of instructions of a pattern: a counted repetition copies what it repeats. */
    private static final long MAX_SIZE = 10_000;

    private static final java.util.regex.Pattern REPETITION = java.util.regex.Pattern.compile("(\\)?)\\{(\\d{1,4})");

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
        if (pattern.chars().filter(c -> c == '(').count() > MAX_GROUPS || size(pattern) > MAX_SIZE) {
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

    /** @return an upper bound of the number of instructions: any repeated group may be in any other one */
    private static long size(String pattern) {
        long widest = 1;
        double groups = 1;
        for (MatchResult each : REPETITION.matcher(pattern).results().toList()) {
            int count = Math.max(1, Integer.parseInt(each.group(2)));
            if (each.group(1).isEmpty()) {
                widest = Math.max(widest, count);
            } else {
                groups *= count;
            }
        }
        return (long) (pattern.length() * widest * groups);
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
