// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** Stands for who issues tokens: signs them, and shows the key to verify them by. */
public final class SignedTokenSource {
    private static final int BITS = 2048;
    private static final float HOUR = 60;

    private final RsaJsonWebKey key;

    private SignedTokenSource(RsaJsonWebKey key) {
        this.key = key;
    }

    /** @return one with a key of its own; all these keys have the same name */
    public static SignedTokenSource create() {
        return create("first");
    }

    /** @return one with a key of this name */
    public static SignedTokenSource create(String name) {
        try {
            RsaJsonWebKey key = RsaJwkGenerator.generateJwk(BITS);
            key.setKeyId(name);
            return new SignedTokenSource(key);
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    /** The set of public keys (JWKS). */
    public String keys() {
        return "{\"keys\":[" + key.toJson(OutputControlLevel.PUBLIC_ONLY) + "]}";
    }

    public String valid(String user) {
        return token(user, "varve", HOUR);
    }

    public String expired(String user) {
        return token(user, "varve", -HOUR);
    }

    public String forAudience(String user, String audience) {
        return token(user, audience, HOUR);
    }

    /** A token that is valid for so many minutes. */
    public String token(String user, String audience, float minutes) {
        JwtClaims claims = new JwtClaims();
        claims.setSubject(user);
        claims.setAudience(audience);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(minutes);
        JsonWebSignature signed = new JsonWebSignature();
        signed.setPayload(claims.toJson());
        signed.setKey(key.getPrivateKey());
        signed.setKeyIdHeaderValue(key.getKeyId());
        signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return signed.getCompactSerialization();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }
}
