// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/** Issues certificates for tests, of elliptic curves: they are made at once. */
public final class TestAuthority {
    private static final byte[] ECDSA_SHA256 = Der.of(Der.SEQUENCE, Der.id(1, 2, 840, 10045, 4, 3, 2));
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final X500Principal name;
    private final KeyPair keys = keys();
    private final X509Certificate certificate;

    public TestAuthority(String distinguishedName) {
        name = new X500Principal(distinguishedName);
        Instant now = Instant.now();
        byte[] isAuthority =
                extension(Der.id(2, 5, 29, 19), Der.of(Der.SEQUENCE, Der.of(Der.BOOLEAN, new byte[] {-1})));
        certificate = sign(
                name, keys.getPublic(), now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(365)), isAuthority);
    }

    /** Issues a certificate for localhost that is valid today and for a year. */
    public TestIdentity issue(String distinguishedName) {
        Instant now = Instant.now();
        return issue(distinguishedName, now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(365)));
    }

    /** Issues a certificate for localhost that is valid from a time to a time. */
    public TestIdentity issue(String distinguishedName, Instant from, Instant until) {
        byte[] hosts = extension(
                Der.id(2, 5, 29, 17),
                Der.of(
                        Der.SEQUENCE,
                        Der.of(DNS_NAME, "localhost".getBytes(StandardCharsets.US_ASCII)),
                        Der.of(IP_ADDRESS, InetAddress.getLoopbackAddress().getAddress())));
        KeyPair own = keys();
        return new TestIdentity(
                own.getPrivate(),
                sign(new X500Principal(distinguishedName), own.getPublic(), from, until, hosts),
                certificate);
    }

    /** Returns the authority's certificate, as PEM. */
    public String pem() {
        return TestIdentity.pem(certificate);
    }

    /** Writes the authority's certificate, as PEM. */
    public Path pem(Path file) {
        try {
            return Files.writeString(file, pem());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a trust store with the authority's certificate. */
    public Path trustStore(Path file, String type, String password) {
        try {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            store.setCertificateEntry("authority", certificate);
            return TestIdentity.write(store, file, password);
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns a client's side of TLS that trusts this authority, and shows a certificate unless null. */
    public SSLContext client(TestIdentity own) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyStore keyStore = KeyStore.getInstance("PKCS12");
            keyStore.load(null, null);
            if (own != null) {
                keyStore.setKeyEntry(
                        "client", own.key(), new char[0], new Certificate[] {own.certificate(), own.authority()});
            }
            KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            shown.init(keyStore, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] extension(byte[] id, byte[] value) {
        return Der.of(Der.SEQUENCE, id, Der.of(Der.OCTET_STRING, value));
    }

    private X509Certificate sign(X500Principal subject, PublicKey key, Instant from, Instant until, byte[] extension) {
        byte[] body = Der.of(
                Der.SEQUENCE,
                Der.of(0xA0, Der.of(Der.INTEGER, new byte[] {2})),
                Der.of(Der.INTEGER, BigInteger.valueOf(SERIAL.getAndIncrement()).toByteArray()),
                ECDSA_SHA256,
                name.getEncoded(),
                Der.of(Der.SEQUENCE, Der.time(from), Der.time(until)),
                subject.getEncoded(),
                key.getEncoded(),
                Der.of(0xA3, Der.of(Der.SEQUENCE, extension)));
        byte[] whole = Der.of(Der.SEQUENCE, body, ECDSA_SHA256, Der.bits(signature(keys.getPrivate(), body)));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] signature(PrivateKey key, byte[] body) {
        try {
            Signature signing = Signature.getInstance("SHA256withECDSA");
            signing.initSign(key);
            signing.update(body);
            return signing.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
