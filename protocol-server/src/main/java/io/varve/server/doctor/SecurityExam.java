// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.core.runtime.Clock;
import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Looks at what listeners let in, and at their certificates. Never shows a secret. */
final class SecurityExam {
    private static final String KEY_STORE = "ssl.keystore.location";
    private static final String KEY_STORE_TYPE = "ssl.keystore.type";
    private static final String KEY_STORE_PASSWORD = "ssl.keystore.password";
    private static final String CHAIN = "ssl.keystore.certificate.chain";
    private static final String PEM = "PEM";
    private static final long SOON_DAYS = 30;

    private final List<Endpoint> bound;
    private final Map<String, ListenerSecurity> security;
    private final Clock clock;

    /**
     * @param bound what the server listens on
     * @param security how each listener is secured, by its name
     * @param clock the machine's clock
     */
    SecurityExam(List<Endpoint> bound, Map<String, ListenerSecurity> security, Clock clock) {
        this.bound = List.copyOf(bound);
        this.security = Map.copyOf(security);
        this.clock = clock;
    }

    List<Finding> examine() {
        List<Finding> found = new ArrayList<>();
        for (Endpoint endpoint : bound) {
            ListenerSecurity secured =
                    security.getOrDefault(endpoint.listener(), ListenerSecurity.plaintext(endpoint.listener()));
            boolean encrypted =
                    secured.protocol() == SecurityProtocol.SSL || secured.protocol() == SecurityProtocol.SASL_SSL;
            if (encrypted) {
                found.addAll(certificates(secured));
            }
            if (secured.protocol() == SecurityProtocol.PLAINTEXT && !isLoopback(endpoint)) {
                found.add(
                        Finding.note(
                                endpoint + " is open: whoever reaches it reads, writes and deletes everything",
                                "Give it TLS and authentication (listener.security.protocol.map), or keep others out by a firewall."));
            } else if (secured.protocol() == SecurityProtocol.SASL_PLAINTEXT && !isLoopback(endpoint)) {
                found.add(Finding.note(
                        endpoint + " is not encrypted: passwords of PLAIN and all records can be read on the way",
                        "Use SASL_SSL for it."));
            }
        }
        return found;
    }

    private static boolean isLoopback(Endpoint endpoint) {
        try {
            return !endpoint.host().isEmpty()
                    && InetAddress.getByName(endpoint.host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false; // the ports are looked at elsewhere
        }
    }

    private List<Finding> certificates(ListenerSecurity secured) {
        String place = secured.settings().getOrDefault(KEY_STORE, CHAIN);
        List<Finding> found = new ArrayList<>();
        try {
            for (X509Certificate certificate : read(secured.settings())) {
                found.add(expiry(secured.listener(), place, certificate));
            }
            if (found.isEmpty()) {
                found.add(Finding.problem(
                        secured.listener() + " has no certificate in " + place,
                        "Name a key store with one in " + KEY_STORE + "."));
            }
        } catch (IOException | GeneralSecurityException e) {
            found.add(
                    Finding.problem(
                            "the certificate of " + secured.listener() + " in " + place + " cannot be read: "
                                    + e.getMessage(),
                            "See that the file is there, may be read by the user who starts the server, and fits its type and password."));
        }
        if (secured.settings().get(KEY_STORE) != null) {
            found.addAll(permissions(Path.of(secured.settings().get(KEY_STORE))));
        }
        return found;
    }

    private static Collection<X509Certificate> read(Map<String, String> settings)
            throws IOException, GeneralSecurityException {
        String file = settings.get(KEY_STORE);
        if (file == null || PEM.equalsIgnoreCase(settings.get(KEY_STORE_TYPE))) {
            String text = file == null ? settings.getOrDefault(CHAIN, "") : Files.readString(Path.of(file));
            return pem(text);
        }
        String password = settings.get(KEY_STORE_PASSWORD);
        KeyStore store = KeyStore.getInstance(settings.getOrDefault(KEY_STORE_TYPE, "JKS"));
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.load(in, password == null ? null : password.toCharArray());
        }
        List<X509Certificate> all = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            Certificate[] chain = store.getCertificateChain(alias);
            if (chain != null && chain[0] instanceof X509Certificate own) {
                all.add(own);
            }
        }
        return all;
    }

    private static List<X509Certificate> pem(String text) throws GeneralSecurityException {
        int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
        if (begin < 0) {
            return List.of();
        }
        byte[] bytes = text.substring(begin).getBytes(StandardCharsets.US_ASCII);
        // The first is the server's own; those behind it are its issuers'.
        return List.of((X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes)));
    }

    private Finding expiry(String listener, String place, X509Certificate certificate) {
        long days = TimeUnit.MILLISECONDS.toDays(certificate.getNotAfter().getTime() - clock.millis());
        if (certificate.getNotAfter().getTime() <= clock.millis()) {
            return Finding.problem(
                    "the certificate of " + listener + " (" + place + ") has expired",
                    "Clients refuse it. Put a new one in its place: a server that runs takes a new file by itself.");
        }
        String what = "the certificate of " + listener + " (" + place + ") is good for " + days + " more days";
        return days < SOON_DAYS
                ? Finding.note(what, "Renew it: a server that runs takes a new file by itself.")
                : Finding.ok(what);
    }

    private static List<Finding> permissions(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                return List.of(Finding.note(file + " can be read by everybody on this machine", "chmod o-r " + file));
            }
        } catch (IOException | UnsupportedOperationException e) {
            return List.of(); // it was said that it cannot be read, or the system has no such permissions
        }
        return List.of();
    }
}
