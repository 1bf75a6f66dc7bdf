// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;

/** Checks that a key store has a private key and a certificate that clients can accept. Stateless. */
final class KeyStoreCheck {
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private KeyStoreCheck() {}

    /**
     * @param store a key store
     * @param password of its keys; may be null
     * @param nowMs the time at which the certificate must be valid, in ms since the epoch
     * @return the certificates of the store's private keys, at least one, the one that expires first at first
     * @throws GeneralSecurityException if there is no such certificate, one is not valid now, or one belongs
     *     to another key; the message completes "the key store "
     */
    static List<X509Certificate> require(KeyStore store, char[] password, long nowMs) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                requireMatch(alias, store.getKey(alias, password), certificate);
                requireValid(certificate, nowMs);
                found.add(certificate);
            }
        }
        if (found.isEmpty()) {
            throw new GeneralSecurityException("has no private key with a certificate");
        }
        found.sort(Comparator.comparing(X509Certificate::getNotAfter));
        return List.copyOf(found);
    }

    /**
     * @param before the certificates in use
     * @param after those to use
     * @param otherNames true if their subjects may differ
     * @param otherHosts true if those to use need not be for each host and address of those in use
     * @throws GeneralSecurityException if they differ in what they may not; the message completes
     *     "the key store "
     */
    static void requireSuccessors(
            List<X509Certificate> before, List<X509Certificate> after, boolean otherNames, boolean otherHosts)
            throws GeneralSecurityException {
        if (!otherNames && !subjects(before).equals(subjects(after))) {
            throw new GeneralSecurityException("has a certificate of " + subjects(after) + ", not of "
                    + subjects(before) + " as before; " + BrokerSecurityConfigs.SSL_ALLOW_DN_CHANGES_CONFIG
                    + "=true allows that");
        }
        Set<String> lost = hosts(before);
        lost.removeAll(hosts(after));
        if (!otherHosts && !lost.isEmpty()) {
            throw new GeneralSecurityException("has a certificate that is not for " + lost + ", as the one before is; "
                    + BrokerSecurityConfigs.SSL_ALLOW_SAN_CHANGES_CONFIG + "=true allows that");
        }
    }

    private static Set<X500Principal> subjects(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(X509Certificate::getSubjectX500Principal)
                .collect(Collectors.toSet());
    }

    /** Reads the alternative names that are texts: hosts, addresses, URIs. */
    private static Set<String> hosts(List<X509Certificate> certificates) throws CertificateParsingException {
        Set<String> hosts = new TreeSet<>();
        for (X509Certificate certificate : certificates) {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                names.stream()
                        .map(name -> name.get(1))
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .forEach(hosts::add);
            }
        }
        return hosts;
    }

    private static void requireValid(X509Certificate certificate, long nowMs) throws GeneralSecurityException {
        Date now = new Date(nowMs);
        String of = "has a certificate of " + certificate.getSubjectX500Principal();
        if (now.after(certificate.getNotAfter())) {
            throw new GeneralSecurityException(
                    of + " that has expired at " + certificate.getNotAfter().toInstant());
        }
        if (now.before(certificate.getNotBefore())) {
            throw new GeneralSecurityException(of + " that is valid only from "
                    + certificate.getNotBefore().toInstant());
        }
    }

    private static void requireMatch(String alias, Key key, X509Certificate certificate)
            throws GeneralSecurityException {
        String algorithm = SIGNATURES.get(key.getAlgorithm());
        if (algorithm == null || !(key instanceof PrivateKey secret)) {
            return; // a key of another kind shows whether it fits when a client connects
        }
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())
                || !isSignedBy(secret, algorithm, certificate)) {
            throw new GeneralSecurityException("has under " + alias + " a private key that does not belong to the"
                    + " certificate of " + certificate.getSubjectX500Principal());
        }
    }

    private static boolean isSignedBy(PrivateKey key, String algorithm, X509Certificate certificate)
            throws GeneralSecurityException {
        byte[] sample = certificate.getEncoded();
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(sample);
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(certificate.getPublicKey());
        verifying.update(sample);
        try {
            return verifying.verify(signing.sign());
        } catch (SignatureException e) {
            return false; // of another length than the certificate's key makes
        }
    }
}
