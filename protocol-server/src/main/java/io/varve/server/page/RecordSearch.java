// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordHeader;
import io.varve.core.record.RecordIterator;
import io.varve.server.api.SliceRecords;
import io.varve.server.http.HttpRefusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Reads records of a topic as a consumer does, and keeps those that are looked for, until there are enough,
 * or enough was read, or the time of the call is over. Used by one thread.
 */
final class RecordSearch {
    /** The last version that names topics instead of their ids. */
    private static final short BY_NAME = 12;

    private static final byte UNCOMMITTED = IsolationLevel.READ_UNCOMMITTED.id();
    private static final byte COMMITTED = IsolationLevel.READ_COMMITTED.id();

    private static final int CONSUMER = -1;
    private static final int FETCH_BYTES = 1024 * 1024;
    private static final int FETCH_WAIT_MS = 5_000;
    private static final int MAX_BATCH_BYTES = 64 * 1024 * 1024;
    private static final long MAX_READ_BYTES = 64L * 1024 * 1024;
    private static final long MAX_SHOWN_BYTES = 4L * 1024 * 1024;
    private static final int MAX_READ_RECORDS = 200_000;
    private static final int MAX_HEADERS = 100;
    private static final int MAX_NAME = 1_024;
    /** More than a character takes in UTF-8: a name that is cut by bytes is longer than MAX_NAME. */
    private static final int BYTES_PER_CHARACTER = 4;
    /** About what a record or a header takes besides its bytes. */
    private static final int FRAME_BYTES = 64;

    /**
     * What is looked for.
     *
     * @param key the whole key in UTF-8; empty: any
     * @param contains bytes somewhere in the value, in UTF-8; empty: any
     */
    record Wanted(Optional<String> key, Optional<String> contains) {}

    private final OwnRequests server;
    private final ByteBuffer key;
    private final BytePattern contains;
    private final int limit;
    private final ArrayNode found;
    private long readBytes;
    private long shownBytes;
    private int readRecords;

    /**
     * @param server asks in the caller's name
     * @param wanted what is looked for
     * @param limit max number of records to find
     * @param found gets one object for each record
     */
    RecordSearch(OwnRequests server, Wanted wanted, int limit, ArrayNode found) {
        this.server = server;
        this.key = wanted.key().map(StandardCharsets.UTF_8::encode).orElse(null);
        this.contains = wanted.contains()
                .map(text -> new BytePattern(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
        this.limit = limit;
        this.found = found;
    }

    /** @return how many records were read so far, found or not */
    int readRecords() {
        return readRecords;
    }

    /** @return true if nothing more is read */
    boolean isOver() {
        return found.size() >= limit
                || shownBytes >= MAX_SHOWN_BYTES
                || readBytes >= MAX_READ_BYTES
                || readRecords >= MAX_READ_RECORDS
                || server.isLate();
    }

    /**
     * Reads a partition on.
     *
     * @param partition the partition
     * @param from the first offset to read
     * @param stable last stable offset: from there on, nobody knows yet how transactions end
     * @param end offset after the last record to read
     * @return where to go on: the end, if all was read
     */
    long read(TopicPartition partition, long from, long stable, long end) {
        long next = from;
        while (next < end && !isOver()) {
            boolean decided = next < stable;
            PartitionData fetched;
            try {
                fetched = fetch(partition, next, decided ? COMMITTED : UNCOMMITTED);
            } catch (HttpRefusal e) {
                if (server.isLate()) {
                    return next; // what was found is shown, and from here it goes on
                }
                throw e;
            }
            JsonRoute.check(fetched.errorCode());
            if (!(fetched.records() instanceof SliceRecords records)) {
                return next;
            }
            TransactionFates fates =
                    decided ? TransactionFates.of(fetched.abortedTransactions()) : TransactionFates.OPEN;
            try (records) {
                long after = read(partition.partition(), records.slice().buffer(), next, end, fates);
                if (after == next) {
                    return next;
                }
                next = after;
            }
        }
        return next;
    }

    private PartitionData fetch(TopicPartition partition, long offset, byte isolation) {
        FetchRequestData request = new FetchRequestData()
                .setReplicaId(CONSUMER)
                .setMaxWaitMs(FETCH_WAIT_MS)
                .setMinBytes(1)
                .setMaxBytes(FETCH_BYTES)
                .setIsolationLevel(isolation)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(partition.topic())
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(partition.partition())
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(FETCH_BYTES)))));
        FetchResponseData response = server.ask(ApiKeys.FETCH, BY_NAME, request, FetchResponseData.class);
        JsonRoute.check(response.errorCode());
        return response.responses().get(0).partitions().get(0);
    }

    /** Reads whole batches; the last one may be cut off. */
    private long read(int partition, ByteBuffer bytes, long from, long end, TransactionFates fates) {
        long next = from;
        readBytes += bytes.remaining();
        for (int at = bytes.position(); at + BatchHeader.SIZE <= bytes.limit() && !isOver() && next < end; ) {
            int size = BatchHeader.sizeInBytes(bytes, at);
            if (size < BatchHeader.SIZE || size > bytes.limit() - at) {
                break;
            }
            next = Math.max(next, readBatch(partition, bytes, at, next, end, fates.of(bytes, at)));
            at += size;
        }
        return next;
    }

    /** @return where to go on: after the batch, unless the search is over before */
    private long readBatch(int partition, ByteBuffer bytes, int at, long from, long end, Optional<String> fate) {
        try (RecordIterator records = RecordIterator.of(bytes, at, MAX_BATCH_BYTES)) {
            while (records.next()) {
                if (records.offset() < from) {
                    continue;
                }
                if (isOver() || records.offset() >= end) {
                    return records.offset();
                }
                readRecords++;
                if (isWanted(records)) {
                    show(partition, records, fate);
                }
            }
            readBytes += records.decompressedBytes();
        } catch (InvalidBatchException e) {
            found.addObject()
                    .put("partition", partition)
                    .put("offset", BatchHeader.baseOffset(bytes, at))
                    .put("unreadable", e.getMessage());
        }
        return BatchHeader.nextOffset(bytes, at);
    }

    private boolean isWanted(RecordIterator record) {
        if (key != null && (record.isControl() || !key.equals(record.key()))) {
            return false;
        }
        return contains == null || !record.isControl() && record.hasValue() && contains.isIn(record.value());
    }

    private void show(int partition, RecordIterator record, Optional<String> fate) {
        ObjectNode node = found.addObject()
                .put("partition", partition)
                .put("offset", record.offset())
                .put("timestamp", record.timestamp());
        if (record.isControl()) {
            node.put("marker", record.controlType().name().toLowerCase(Locale.ROOT));
            return;
        }
        fate.ifPresent(how -> node.put("transaction", how));
        RecordText.write(node, "key", record.key());
        RecordText.write(node, "value", record.value());
        shownBytes += FRAME_BYTES + shown(record.key()) + shown(record.value());
        if (record.headerCount() > 0) {
            showHeaders(node, record);
        }
    }

    private void showHeaders(ObjectNode node, RecordIterator record) {
        ArrayNode array = node.putArray("headers");
        for (RecordHeader header : record.headers(MAX_HEADERS, MAX_NAME * BYTES_PER_CHARACTER)) {
            if (shownBytes >= MAX_SHOWN_BYTES) {
                break;
            }
            ObjectNode one = array.addObject();
            int name = putName(one, header.key());
            RecordText.write(one, "value", header.value());
            shownBytes += FRAME_BYTES + name + shown(header.value());
        }
        if (array.size() < record.headerCount()) {
            node.put("headerCount", record.headerCount()).put("cut", true);
        }
    }

    /** @return how many characters are shown: no half of a surrogate pair, which JSON could not hold */
    private static int putName(ObjectNode header, String name) {
        if (name.length() <= MAX_NAME) {
            header.put("name", name);
            return name.length();
        }
        int length = Character.isHighSurrogate(name.charAt(MAX_NAME - 1)) ? MAX_NAME - 1 : MAX_NAME;
        header.put("name", name.substring(0, length)).put("cut", true);
        return length;
    }

    private static int shown(ByteBuffer bytes) {
        return bytes == null ? 0 : Math.min(bytes.remaining(), RecordText.MAX_BYTES);
    }
}
