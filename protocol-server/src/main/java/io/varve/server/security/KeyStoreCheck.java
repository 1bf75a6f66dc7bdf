// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Checks that a key store has a private key and a certificate that clients can accept. Stateless. */
final class KeyStoreCheck {
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private KeyStoreCheck() {}

    /**
     * @param store a key store
     * @param password of its keys; may be null
     * @param nowMs the time at which the certificate must be valid, in ms since the epoch
     * @return of the certificates of the store's private keys, the one that expires first
     * @throws GeneralSecurityException if there is no such certificate, one is not valid now, or one belongs
     *     to another key; the message completes "the key store "
     */
    static X509Certificate require(KeyStore store, char[] password, long nowMs) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                requireMatch(alias, store.getKey(alias, password), certificate);
                requireValid(certificate, nowMs);
                found.add(certificate);
            }
        }
        return found.stream()
                .min(Comparator.comparing(X509Certificate::getNotAfter))
                .orElseThrow(() -> new GeneralSecurityException("has no private key with a certificate"));
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
