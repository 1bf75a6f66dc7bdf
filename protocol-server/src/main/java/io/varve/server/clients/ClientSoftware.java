// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clients;

/**
 * Names a client's library, as the client does when it asks for the versions of APIs (KIP-511).
 *
 * @param name the library's name
 * @param version the library's version
 */
public record ClientSoftware(String name, String version) {
    /** A client that has not named its library: one before ApiVersions 3. */
    public static final ClientSoftware UNKNOWN = new ClientSoftware("unknown", "unknown");

    private static final int MAX_LENGTH = 100;

    /** Truncates the names, which come from the client. */
    public ClientSoftware {
        name = name.substring(0, Math.min(MAX_LENGTH, name.length()));
        version = version.substring(0, Math.min(MAX_LENGTH, version.length()));
    }

    /** @return the name and the version for people to read */
    @Override
    public String toString() {
        return equals(UNKNOWN) ? UNKNOWN.name : name + " " + version;
    }
}
