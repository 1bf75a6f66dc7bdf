// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.ByteUtils;

/** How a value lies on the wire, as far as walking over it needs. Immutable. */
sealed interface WireType {
    /** Walks over a value, and counts what it holds. */
    void walk(RequestScan scan);

    /**
     * @param at where a value begins
     * @return the hash code Kafka's classes give such a value
     */
    default int hash(ByteBuffer in, int at) {
        return 0;
    }

    /** A number, a truth value or an id. */
    record Fixed(int bytes) implements WireType {
        @Override
        public void walk(RequestScan scan) {
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

    /** A number of up to so many bytes, seven bits in each. */
    record Varint() implements WireType {
        @Override
        public void walk(RequestScan scan) {
            ByteUtils.readVarlong(scan.in());
        }
    }

    /** How long a value says it is; less than 0 for null. */
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

        /** Passes over what has the length; @return the length, below 0 for nothing */
        private int pass(RequestScan scan) {
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
        public void walk(RequestScan scan) {
            int bytes = length.pass(scan);
            if (bytes >= 0) {
                scan.costs(OBJECTS + (long) bytes);
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

    /** Bytes that are copied when they are parsed. */
    record Bytes(Length length) implements WireType {
        private static final int OBJECTS = 64;

        @Override
        public void walk(RequestScan scan) {
            int bytes = length.pass(scan);
            if (bytes >= 0) {
                scan.costs(OBJECTS + (long) bytes);
            }
        }
    }

    /** Records, which stay where they are. */
    record RecordsBytes(Length length) implements WireType {
        private static final int OBJECTS = 160;

        @Override
        public void walk(RequestScan scan) {
            int bytes = length.pass(scan);
            if (bytes >= 0) {
                scan.costs(OBJECTS);
            }
        }
    }

    /** An array. */
    record Array(Length length, WireType element) implements WireType {
        /** A place in a list, and a boxed number in it. */
        private static final int PLACE = 24;

        @Override
        public void walk(RequestScan scan) {
            int count = length.read(scan.in());
            if (count < 0) {
                return;
            }
            scan.elements(count);
            scan.costs(PLACE * (long) count);
            if (element instanceof Struct struct && struct.hashed && count > HashCollisionEstimate.HARMLESS) {
                HashCollisionEstimate collisions = new HashCollisionEstimate(count);
                for (int i = 0; i < count; i++) {
                    collisions.add(struct.walkHashing(scan));
                }
                scan.collisions(collisions.steps());
                return;
            }
            for (int i = 0; i < count; i++) {
                element.walk(scan);
            }
        }
    }

    /**
     * A struct.
     *
     * @param fields in order
     * @param nullable whether a byte before it says if it is there
     * @param hashed whether Kafka keeps such structs in a hash table
     * @param factor what the hash code of its keys is multiplied by at the end, for keys this version does
     *     not have
     */
    record Struct(List<Field> fields, boolean nullable, boolean hashed, int factor) implements WireType {
        private static final int OBJECT = 32;
        private static final int FIELD = 8;
        private static final int HASH_FACTOR = 31;

        /** @param key whether it is part of what tells elements of a hash table apart */
        record Field(WireType shape, boolean key) {}

        @Override
        public void walk(RequestScan scan) {
            if (nullable && scan.in().get() < 0) {
                return;
            }
            scan.costs(OBJECT + FIELD * (long) fields.size());
            for (Field field : fields) {
                field.shape.walk(scan);
            }
        }

        /** @return the struct's hash code as Kafka's generated classes have it */
        int walkHashing(RequestScan scan) {
            scan.costs(OBJECT + FIELD * (long) fields.size());
            int hash = 0;
            for (Field field : fields) {
                int at = scan.in().position();
                field.shape.walk(scan);
                if (field.key) {
                    hash = HASH_FACTOR * hash + field.shape.hash(scan.in(), at);
                }
            }
            return hash * factor;
        }
    }

    /** Fields that need not be there, by number; those this version does not know are kept as they are. */
    record Tagged(Map<Integer, WireType> known) implements WireType {
        private static final int UNKNOWN = 64;

        @Override
        public void walk(RequestScan scan) {
            int count = ByteUtils.readUnsignedVarint(scan.in());
            scan.elements(count);
            for (int i = 0; i < count; i++) {
                int tag = ByteUtils.readUnsignedVarint(scan.in());
                int bytes = ByteUtils.readUnsignedVarint(scan.in());
                WireType shape = known.get(tag);
                if (shape != null) {
                    // Kafka does not hold such a field against its size either.
                    shape.walk(scan);
                } else {
                    scan.skip(bytes);
                    scan.costs(UNKNOWN + (long) bytes);
                }
            }
        }
    }
}
