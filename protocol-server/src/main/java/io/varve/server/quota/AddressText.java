// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.regex.Pattern;

/** Tells addresses from names of hosts. Stateless. */
public final class AddressText {
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /** Begins as Java wants it of what it does not look up. */
    private static final Pattern IPV6 = Pattern.compile("\\[?(:.*|[0-9a-fA-F].*:.*)", Pattern.DOTALL);

    private AddressText() {}

    /**
     * @param text an address, or the name of a host
     * @return true if Java takes it for an address, right or wrong, and never for a name that it looks up
     */
    public static boolean isLiteral(String text) {
        return IPV6.matcher(text).matches() || IPV4.matcher(text).matches();
    }
}
