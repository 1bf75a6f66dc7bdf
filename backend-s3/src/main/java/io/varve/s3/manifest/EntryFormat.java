// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import java.nio.ByteBuffer;
import java.util.UUID;

/** Encodes entries of the manifest (docs/formats/s3.md), and decodes them. Stateless. */
final class EntryFormat {
    private static final byte CLAIM = 1;
    private static final byte EDITS = 2;

    private EntryFormat() {}

    static ByteBuffer encode(ManifestEntry entry, UUID nonce, long timeMs) {
        if (entry instanceof ManifestEntry.Claimed claimed) {
            Claim claim = claimed.claim();
            return CheckedBytes.seal(new ManifestHeader(claim.number(), claim.incarnation(), nonce, claim.timeMs())
                    .begin(ManifestHeader.ENTRY_MAGIC)
                    .putByte(CLAIM)
                    .putText(claim.host()));
        }
        ManifestEntry.Edited edited = (ManifestEntry.Edited) entry;
        ManifestOutput into = new ManifestHeader(edited.number(), edited.incarnation(), nonce, timeMs)
                .begin(ManifestHeader.ENTRY_MAGIC)
                .putByte(EDITS);
        EditFormat.put(into, edited.edits());
        return CheckedBytes.seal(into);
    }

    /**
     * @param number the number that the object's key says
     * @throws io.varve.core.spi.StorageException CORRUPT if the bytes are not such an entry
     */
    static ManifestEntry decode(ByteBuffer object, long number, String where) {
        ManifestInput from = new ManifestInput(object, where);
        ManifestHeader header = ManifestHeader.check(from, ManifestHeader.ENTRY_MAGIC, number);
        byte kind = from.getByte();
        ManifestEntry entry;
        if (kind == CLAIM) {
            entry = from.sound(() -> new ManifestEntry.Claimed(
                    new Claim(number, header.incarnation(), header.timeMs(), from.getText())));
        } else if (kind == EDITS) {
            entry = new ManifestEntry.Edited(number, header.incarnation(), EditFormat.edits(from));
        } else {
            throw from.corrupt("an entry of kind " + kind + ", must be " + CLAIM + " or " + EDITS);
        }
        from.requireEnd();
        return entry;
    }
}
