// SPDX-License-Identifier: Apache-2.0
package io.varve.server.format;

import io.varve.core.runtime.Ids;
import io.varve.server.config.ConfigError;
import io.varve.server.metadata.credential.NewScramCredential;
import io.varve.server.security.sasl.ScramSalt;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * Parses the credentials of {@code --add-scram}, as {@code SCRAM-SHA-256=[name=alice,password=secret]}, with
 * Kafka's words for what is wrong, but never those of the secret.
 */
final class FirstUsers {
    private static final int ITERATIONS = 4096;

    private FirstUsers() {}

    /**
     * @param arguments the values of the option
     * @param ids source of randomness
     * @return the credentials to store
     * @throws ConfigError if one is wrong
     */
    static List<NewScramCredential> parse(List<String> arguments, Ids ids) {
        List<NewScramCredential> users = new ArrayList<>();
        for (String argument : arguments) {
            users.add(parse(argument.trim(), ids));
        }
        return users;
    }

    private static NewScramCredential parse(String argument, Ids ids) {
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw new ConfigError("Failed to find equals sign in the argument of --add-scram");
        }
        String name = argument.substring(0, equals);
        ScramMechanism mechanism = ScramMechanism.forMechanismName(name);
        if (mechanism == null) {
            throw new ConfigError("The add-scram mechanism " + name + " is not supported.");
        }
        String text = argument.substring(equals + 1);
        if (!text.startsWith("[") || text.length() < 2) {
            throw new ConfigError("Expected configuration string to start with [");
        }
        if (!text.endsWith("]")) {
            throw new ConfigError("Expected configuration string to end with ]");
        }
        Map<String, String> parts = parts(text.substring(1, text.length() - 1));
        NewScramCredential user = user(mechanism, parts, ids);
        if (!parts.isEmpty()) {
            throw new ConfigError("Unknown SCRAM configurations: " + String.join(", ", parts.keySet()));
        }
        return user;
    }

    private static Map<String, String> parts(String text) {
        Map<String, String> parts = new TreeMap<>();
        for (String part : text.split(",")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw new ConfigError("No equals sign found in a SCRAM component");
            }
            String value = part.substring(equals + 1);
            boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
            parts.put(part.substring(0, equals).trim(), quoted ? value.substring(1, value.length() - 1) : value);
        }
        return parts;
    }

    private static NewScramCredential user(ScramMechanism mechanism, Map<String, String> parts, Ids ids) {
        String name = parts.remove("name");
        if (name == null) {
            throw new ConfigError("You must supply 'name' to add-scram");
        }
        String givenSalt = parts.remove("salt");
        byte[] salt = givenSalt == null ? ScramSalt.random(ids) : decoded("salt", givenSalt);
        int iterations = iterations(mechanism, parts.remove("iterations"));
        String password = parts.remove("password");
        String salted = parts.remove("saltedpassword");
        if (password == null && salted == null) {
            throw new ConfigError("You must supply one of 'password' or 'saltedpassword' to add-scram");
        }
        if (password == null && givenSalt == null) {
            throw new ConfigError("You must supply 'salt' with 'saltedpassword' to add-scram");
        }
        return new NewScramCredential(
                name,
                org.apache.kafka.clients.admin.ScramMechanism.fromMechanismName(mechanism.mechanismName()),
                iterations,
                salt,
                password == null ? decoded("saltedpassword", salted) : salted(mechanism, password, salt, iterations));
    }

    private static int iterations(ScramMechanism mechanism, String text) {
        int iterations;
        try {
            iterations = text == null ? ITERATIONS : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new ConfigError("Failed to parse iterations count: " + text);
        }
        if (iterations < mechanism.minIterations() || iterations > mechanism.maxIterations()) {
            boolean few = iterations < mechanism.minIterations();
            throw new ConfigError("The 'iterations' value must be " + (few ? ">= " : "<= ")
                    + (few ? mechanism.minIterations() : mechanism.maxIterations()) + " for add-scram using "
                    + mechanism);
        }
        return iterations;
    }

    private static byte[] salted(ScramMechanism mechanism, String password, byte[] salt, int iterations) {
        try {
            return new ScramFormatter(mechanism).saltedPassword(password, salt, iterations);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("This JVM lacks " + mechanism.mechanismName(), e);
        }
    }

    private static byte[] decoded(String what, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigError("Failed to decode given " + what + ": it is not base64");
        }
    }
}
