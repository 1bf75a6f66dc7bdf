// SPDX-License-Identifier: Apache-2.0
package io.varve.server.explanation;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request for an explanation of a topic's retention, made as the name of a topic resource of
 * DescribeConfigs:
 *
 * <pre>orders?varve.retention.explanation&amp;partition=3&amp;retention.ms=86400000&amp;varve.hold.audit=</pre>
 *
 * No topic's name has a question mark in it. So no client asks by mistake, and a Kafka answers that there
 * cannot be such a topic.
 *
 * @param topic the topic's name
 * @param partition which partition, or -1 for all
 * @param settings settings of the topic to try out, by name; an empty value stands for the broker's
 */
public record ExplanationRequest(String topic, int partition, Map<String, String> settings) {
    /** The name of the one setting in the answer; its value is the explanation in JSON. */
    public static final String KEY = "varve.retention.explanation";

    /** Every partition. */
    public static final int ALL = -1;

    private static final String MARK = "?" + KEY;
    private static final String PARTITION = "partition";

    /** Copies the settings. */
    public ExplanationRequest {
        settings = Map.copyOf(settings);
    }

    /**
     * @param resource the name of a topic resource
     * @return true if the name asks for an explanation, well formed or not
     */
    public static boolean isRequest(String resource) {
        int mark = resource.indexOf(MARK);
        int after = mark + MARK.length();
        return mark >= 0 && (after == resource.length() || resource.charAt(after) == '&');
    }

    /**
     * @param resource the name of a topic resource
     * @return the name of the topic it is about, whether it asks for an explanation or not
     */
    public static String topicOf(String resource) {
        return isRequest(resource) ? resource.substring(0, resource.indexOf(MARK)) : resource;
    }

    /**
     * @param resource the name of a topic resource that {@link #isRequest}
     * @return the request
     * @throws IllegalArgumentException if the name is malformed, naming what is wrong
     */
    public static ExplanationRequest parse(String resource) {
        int mark = resource.indexOf(MARK);
        Map<String, String> settings = new TreeMap<>();
        int partition = ALL;
        for (String pair : resource.substring(mark + MARK.length()).split("&")) {
            int equals = pair.indexOf('=');
            if (pair.isEmpty()) {
                continue;
            }
            if (equals < 1) {
                throw new IllegalArgumentException("'" + pair + "' is not SETTING=VALUE");
            }
            String key = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            if (!key.equals(PARTITION)) {
                settings.put(key, value);
            } else if (value.matches("\\d{1,9}")) {
                partition = Integer.parseInt(value);
            } else {
                throw new IllegalArgumentException("partition=" + value + " is not a partition's number");
            }
        }
        return new ExplanationRequest(resource.substring(0, mark), partition, settings);
    }

    /** @return the name of the resource that asks this */
    public String resourceName() {
        StringBuilder name = new StringBuilder(topic).append(MARK);
        if (partition != ALL) {
            name.append('&').append(PARTITION).append('=').append(partition);
        }
        new TreeMap<>(settings)
                .forEach((key, value) -> name.append('&')
                        .append(URLEncoder.encode(key, StandardCharsets.UTF_8))
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return name.toString();
    }
}
