// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.ByteUtils;

/** The type of a value on the wire: skips such a value, and counts what parsing it costs. Immutable. */
sealed interface WireType {
    /** Skips a value, and counts its elements and the cost of parsing it. */
    void skip(RequestScan scan);

    /**
     * @param in the request
     * @param at index of the value's first byte
     * @return the hash code that Kafka's generated classes compute for the value
     */
    default int hash(ByteBuffer in, int at) {
        return 0;
    }

    /** A number, a boolean or an id, of a fixed number of bytes. */
    record Fixed(int bytes) implements WireType {
        @Override
        public void skip(RequestScan scan) {
            scan.skip(bytes);
        }

        @Override
        public int hash(ByteBuffer in, int at) {
            return switch (bytes) {
                case Byte.BYTES -> in.get(at);
                case Short.BYTES -> in.getShort(at);
                case Integer.BYTES -> in.getInt(at);
                case Long.BYTES -> Long.hashCode(in.getLong(at));
                default -> new Uuid(in.getLong(at), in.getLong(at + Long.BYTES)).hashCode();
            };
        }
    }

    /** A number of variable length, seven bits to a byte. */
    record Varint() implements WireType {
        @Override
        public void skip(RequestScan scan) {
            ByteUtils.readVarlong(scan.in());
        }
    }

    /** The encoding of a length, below 0 for null. */
    enum Length {
        SHORT,
        INT,
        COMPACT;

        int read(ByteBuffer in) {
            return switch (this) {
                case SHORT -> in.getShort();
                case INT -> in.getInt();
                case COMPACT -> ByteUtils.readUnsignedVarint(in) - 1;
            };
        }

        /**
         * Skips a length and as many bytes after it.
         *
         * @return the length in bytes, below 0 for null
         */
        private int skipBytes(RequestScan scan) {
            int bytes = read(scan.in());
            if (bytes >= 0) {
                scan.skip(bytes);
            }
            return bytes;
        }
    }

    /** A string. */
    record Text(Length length) implements WireType {
        private static final int OBJECTS = 56;

        @Override
        public void skip(RequestScan scan) {
            int bytes = length.skipBytes(scan);
            if (bytes >= 0) {
                scan.addHeapBytes(OBJECTS + (long) bytes);
            }
        }

        @Override
        public int hash(ByteBuffer in, int at) {
            ByteBuffer from = in.duplicate().position(at);
            int bytes = length.read(from);
            if (bytes < 0) {
                return 0;
            }
            byte[] text = new byte[bytes];
            from.get(text);
            return new String(text, StandardCharsets.UTF_8).hashCode();
        }
    }

    /** Bytes that parsing copies. */
    record Bytes(Length length) implements WireType {
        private static final int OBJECTS = 64;

        @Override
        public void skip(RequestScan scan) {
            int bytes = length.skipBytes(scan);
            if (bytes >= 0) {
                scan.addHeapBytes(OBJECTS + (long) bytes);
            }
        }
    }

    /** Records, which parsing does not copy. */
    record RecordsBytes(Length length) implements WireType {
        private static final int OBJECTS = 160;

        @Override
        public void skip(RequestScan scan) {
            int bytes = length.skipBytes(scan);
            if (bytes >= 0) {
                scan.addHeapBytes(OBJECTS);
            }
        }
    }

    /** An array of elements of one type. */
    record Array(Length length, WireType element) implements WireType {
        /** Bytes of heap for a list's slot and a boxed number in it. */
        private static final int SLOT = 24;

        @Override
        public void skip(RequestScan scan) {
            int count = length.read(scan.in());
            if (count < 0) {
                return;
            }
            scan.addElements(count);
            scan.addHeapBytes(SLOT * (long) count);
            if (element instanceof Struct struct && struct.hashed && count > HashCollisionEstimate.HARMLESS) {
                HashCollisionEstimate collisions = new HashCollisionEstimate(count);
                for (int i = 0; i < count; i++) {
                    collisions.add(struct.skipAndHash(scan));
                }
                scan.addCollisionSteps(collisions.steps());
                return;
            }
            for (int i = 0; i < count; i++) {
                element.skip(scan);
            }
        }
    }

    /**
     * A struct.
     *
     * @param fields the fields in their order
     * @param nullable true if a byte before the struct says whether it is null
     * @param hashed true if Kafka keeps such structs in a hash table
     * @param factor factor of the hash code, for keys that this version does not have
     */
    record Struct(List<Field> fields, boolean nullable, boolean hashed, int factor) implements WireType {
        private static final int OBJECT = 32;
        private static final int FIELD = 8;
        private static final int HASH_FACTOR = 31;

        /** @param key true if the field is part of the key in a hash table */
        record Field(WireType type, boolean key) {}

        @Override
        public void skip(RequestScan scan) {
            if (nullable && scan.in().get() < 0) {
                return;
            }
            scan.addHeapBytes(OBJECT + FIELD * (long) fields.size());
            for (int i = 0; i < fields.size(); i++) { // for each request, without an iterator for each struct
                fields.get(i).type.skip(scan);
            }
        }

        /** @return the hash code that Kafka's generated classes compute for the struct */
        int skipAndHash(RequestScan scan) {
            scan.addHeapBytes(OBJECT + FIELD * (long) fields.size());
            int hash = 0;
            for (Field field : fields) {
                int at = scan.in().position();
                field.type.skip(scan);
                if (field.key) {
                    hash = HASH_FACTOR * hash + field.type.hash(scan.in(), at);
                }
            }
            return hash * factor;
        }
    }

    /** Tagged fields, by tag; Kafka keeps the bytes of those that the version does not know. */
    record Tagged(Map<Integer, WireType> known) implements WireType {
        private static final int UNKNOWN = 64;

        @Override
        public void skip(RequestScan scan) {
            int count = ByteUtils.readUnsignedVarint(scan.in());
            scan.addElements(count);
            for (int i = 0; i < count; i++) {
                int tag = ByteUtils.readUnsignedVarint(scan.in());
                int bytes = ByteUtils.readUnsignedVarint(scan.in());
                WireType type = known.get(tag);
                if (type != null) {
                    // Kafka does not verify the size of such a field either.
                    type.skip(scan);
                } else {
                    scan.skip(bytes);
                    scan.addHeapBytes(UNKNOWN + (long) bytes);
                }
            }
        }
    }
}
