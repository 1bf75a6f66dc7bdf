// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.record.Crc32c;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Holds the content of a request with its checksum, of which exactly one is not null. It can be read again,
 * and is not copied.
 *
 * @param bytes the content, from position to limit
 * @param crc32c its CRC-32C in base64, or null
 * @param md5 its MD5 in base64, or null
 */
record UploadBody(ByteBuffer bytes, String crc32c, String md5) {
    private static final String TYPE = "application/octet-stream";

    static UploadBody of(ByteBuffer content, UploadChecksum checksum) {
        ByteBuffer bytes = content.slice();
        return switch (checksum) {
            case CRC32C -> new UploadBody(bytes, base64(Crc32c.of(bytes)), null);
            case MD5 -> new UploadBody(bytes, null, md5(bytes.duplicate()));
        };
    }

    long length() {
        return bytes.remaining();
    }

    RequestBody content() {
        return RequestBody.fromContentProvider(() -> new BufferInputStream(bytes.duplicate()), length(), TYPE);
    }

    private static String base64(int crc) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt(crc).array());
    }

    private static String md5(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
