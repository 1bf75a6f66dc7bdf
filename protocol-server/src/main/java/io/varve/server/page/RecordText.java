// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes the bytes of a key, a value or a header's value as text where they are text, else in base64. Long
 * ones are cut. Stateless.
 */
final class RecordText {
    /** Max bytes of one key or value that are shown. */
    static final int MAX_BYTES = 64 * 1024;

    private RecordText() {}

    /**
     * Writes {@code {"size": bytes, "text": "…"}} or {@code {"size": bytes, "base64": "…"}}, with
     * {@code "cut": true} where bytes are left out; null for no bytes.
     *
     * @param into gets the value
     * @param key the value's name
     * @param bytes the bytes from position to limit, or null; the buffer's position is not moved
     */
    static void write(ObjectNode into, String key, ByteBuffer bytes) {
        if (bytes == null) {
            into.putNull(key);
            return;
        }
        int size = bytes.remaining();
        ByteBuffer shown = bytes.slice(bytes.position(), Math.min(size, MAX_BYTES));
        ObjectNode node = into.putObject(key).put("size", size);
        String text = text(shown, size > MAX_BYTES);
        if (text != null) {
            node.put("text", text);
        } else {
            node.put("base64", Base64.getEncoder().encodeToString(copy(shown)));
        }
        if (size > MAX_BYTES) {
            node.put("cut", true);
        }
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }

    /** @return the bytes as text, or null if they are none; a cut character at the end is left out */
    private static String text(ByteBuffer bytes, boolean cut) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer out = CharBuffer.allocate(bytes.remaining());
        CoderResult result = decoder.decode(bytes.duplicate(), out, !cut);
        if (result.isError()) {
            return null;
        }
        String text = out.flip().toString();
        return text.chars().allMatch(RecordText::isText) ? text : null;
    }

    private static boolean isText(int character) {
        return character >= ' ' && character != 0x7f || character == '\n' || character == '\r' || character == '\t';
    }
}
