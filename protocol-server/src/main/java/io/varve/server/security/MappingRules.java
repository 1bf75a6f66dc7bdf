// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;

/**
 * Parses {@code ssl.principal.mapping.rules}. Finds what Kafka's parser finds only when a client connects,
 * or never: a rule that refers to a group that its pattern has not. Its clients are refused, or are all
 * {@code User:$2}. Stateless.
 */
final class MappingRules {
    private static final Pattern RULE = Pattern.compile("RULE:((?:\\\\.|[^\\\\/])*)/((?:\\\\.|[^\\\\/])*)/");

    private MappingRules() {}

    /**
     * @param rules the rules; null for the default
     * @return Kafka's mapper of names
     * @throws IllegalArgumentException if a rule is none; names it
     */
    static SslPrincipalMapper parse(String rules) {
        SslPrincipalMapper mapper = SslPrincipalMapper.fromRules(rules);
        if (rules != null) {
            Matcher rule = RULE.matcher(rules);
            while (rule.find()) {
                check(rule.group(), rule.group(1), rule.group(2));
            }
        }
        return mapper;
    }

    private static void check(String rule, String pattern, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("`" + rule + "` gives clients no name");
        }
        try {
            // With the empty alternative it matches, and what the name refers to has to be there.
            Pattern.compile("|" + pattern).matcher("").replaceFirst(name);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "`" + rule + "` refers to a group that its pattern has not: " + e.getMessage(), e);
        }
    }
}
