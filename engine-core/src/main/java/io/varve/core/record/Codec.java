// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/** The codecs of Kafka's record format. The id is what the attribute bits hold. */
public enum Codec {
    /** Not compressed. */
    NONE(0),
    /** RFC 1952. */
    GZIP(1),
    /** Snappy in xerial's framing, as Kafka writes it. */
    SNAPPY(2),
    /** LZ4 frame format. */
    LZ4(3),
    /** RFC 8878. */
    ZSTD(4);

    private static final Codec[] BY_ID = values();

    private final int id;

    Codec(int id) {
        this.id = id;
    }

    /** @return the value of the attribute bits */
    public int id() {
        return id;
    }

    /**
     * @param id value of the attribute bits
     * @return the codec
     * @throws InvalidBatchException UNKNOWN_CODEC
     */
    public static Codec forId(int id) {
        if (id < 0 || id >= BY_ID.length) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.UNKNOWN_CODEC, "codec " + id + " is unknown; 0 to 4 are served");
        }
        return BY_ID[id];
    }
}
