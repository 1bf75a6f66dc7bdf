// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts and decrypts the chunks and blobs of one object with AES-256-GCM (NIST SP 800-38D). The nonce is
 * made of kind and number, so none repeats under a key: an object has a data key of its own, and each number
 * is encrypted once. The additional data binds the object's id too, so that stored bytes of another place do
 * not decrypt here. Not thread-safe.
 */
final class ChunkCipher {
    static final String KEY_ALGORITHM = "AES";
    private static final int NONCE_BYTES = 12;

    /** Says what is encrypted; part of the nonce. */
    enum Kind {
        CHUNK,
        BLOB
    }

    private final SecretKey key;
    private final UUID object;
    private final Cipher cipher;

    ChunkCipher(SecretKey key, UUID object) {
        this.key = key;
        this.object = object;
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES/GCM", e);
        }
    }

    /**
     * Moves both positions; {@code into} must have {@link SegmentFormat#TAG_BYTES} more than {@code plain}.
     */
    void encrypt(Kind kind, int number, ByteBuffer plain, ByteBuffer into) {
        try {
            start(Cipher.ENCRYPT_MODE, kind, number);
            cipher.doFinal(plain, into);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encryption of " + kind + " " + number + " of object " + object, e);
        }
    }

    /**
     * Moves both positions. {@code into} may begin at the same byte as {@code stored}.
     *
     * @throws AEADBadTagException if these are not the bytes that were encrypted as this chunk of this object
     */
    void decrypt(Kind kind, int number, ByteBuffer stored, ByteBuffer into) throws AEADBadTagException {
        try {
            start(Cipher.DECRYPT_MODE, kind, number);
            cipher.doFinal(stored, into);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("decryption of " + kind + " " + number + " of object " + object, e);
        }
    }

    private void start(int mode, Kind kind, int number) throws GeneralSecurityException {
        ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
        nonce.putInt(kind.ordinal()).putLong(number);
        cipher.init(mode, key, new GCMParameterSpec(SegmentFormat.TAG_BYTES * Byte.SIZE, nonce.array()));
        ByteBuffer bound = ByteBuffer.allocate(Long.BYTES * 2 + Integer.BYTES * 2);
        bound.putLong(object.getMostSignificantBits()).putLong(object.getLeastSignificantBits());
        bound.putInt(kind.ordinal()).putInt(number);
        cipher.updateAAD(bound.array());
    }
}
