// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** A request for a route: what was asked for, and by whom. Immutable. */
public final class HttpCall {
    private static final int MAX_PARAMETERS = 64;

    /** Headers by which proxies tell that a call comes from elsewhere. */
    private static final List<String> FORWARDING =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via");

    private final String path;
    private final Map<String, List<String>> parameters;
    private final String authorization;
    private final boolean forwarded;
    private final String site;
    private final HttpOrigin origin;
    private final long arrivedNanos;

    /**
     * Decodes what a request asks for.
     *
     * @param uri path and query as they were sent
     * @param headers the request's headers
     * @param origin where it comes from
     * @param arrivedNanos when it has arrived whole, by the server's clock
     * @throws IllegalArgumentException if the URI is malformed
     */
    HttpCall(String uri, HttpHeaders headers, HttpOrigin origin, long arrivedNanos) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MAX_PARAMETERS);
        path = decoder.path();
        parameters = decoder.parameters();
        authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        forwarded = FORWARDING.stream().anyMatch(headers::contains);
        site = headers.get("Sec-Fetch-Site");
        this.origin = origin;
        this.arrivedNanos = arrivedNanos;
    }

    /** @return the path, decoded, without the query */
    public String path() {
        return path;
    }

    /**
     * @param name a parameter's name
     * @return its first value; empty if the query has no such parameter, or an empty one
     */
    public Optional<String> parameter(String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst().filter(value -> !value.isEmpty());
    }

    /**
     * @param name a parameter's name
     * @param byDefault the value when the query does not have it
     * @param min least value
     * @param max greatest value
     * @return its value, a whole number
     * @throws HttpRefusal 400 if it is no such number
     */
    public long number(String name, long byDefault, long min, long max) {
        String text = parameter(name).orElse(null);
        if (text == null) {
            return byDefault;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrongNumber(name, min, max);
        }
        throw wrongNumber(name, min, max);
    }

    private static HttpRefusal wrongNumber(String name, long min, long max) {
        return new HttpRefusal(400, name + " is a whole number from " + min + " to " + max);
    }

    /** @return the header {@code Authorization}: a secret */
    public Optional<String> authorization() {
        return Optional.ofNullable(authorization);
    }

    /** @return when it has arrived whole, by the server's clock: it may have waited for a thread since */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** @return the peer's address and port */
    public InetSocketAddress client() {
        return origin.client();
    }

    /** @return true if a browser says that a page of another site, or of another port, makes the call */
    public boolean isFromAnotherSite() {
        return "cross-site".equals(site) || "same-site".equals(site);
    }

    /** @return true if the call does not come over a network, nor by a proxy, which may forward from one */
    public boolean isWithinMachine() {
        return !forwarded
                && origin.listener().getAddress().isLoopbackAddress()
                && origin.client().getAddress().isLoopbackAddress();
    }

    /**
     * @return true if nobody between the peer and this server can read the call: it is within the machine, or
     *     encrypted
     */
    public boolean isPrivate() {
        return isWithinMachine() || origin.isEncrypted();
    }

    /**
     * @return who the peer is by the certificate it has shown; empty if it has shown none
     * @throws HttpRefusal 403 if no mapping rule takes the certificate's name
     */
    public Optional<KafkaPrincipal> certified() {
        return origin.certified();
    }
}
