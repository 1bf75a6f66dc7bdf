// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Request;
import io.varve.server.api.SliceRecords;
import io.varve.server.error.KafkaErrors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * One fetch of an old version.
 *
 * <pre>
 *   watching   a fetch of today finds the partitions that have records, or waits for some
 *       |  ^
 *       v  |  only records that an old client is not shown (control batches, gaps of compaction), and time left
 *   reading    in its turn: partition by partition, a fetch of today for it alone, and the conversion
 *       |
 *       v
 *   answered
 *
 *   all states end without an answer when the connection is closed
 * </pre>
 *
 * Read alone, a partition always yields its first batch, however large: clients before version 3 do not know
 * that others may have taken the space. Used on the event loop of its connection; a conversion runs
 * elsewhere, and nothing else meanwhile.
 */
final class OldFetch {
    /** Max bytes of messages in an answer, except for a message that is larger. */
    static final int MAX_BYTES = 4 << 20;

    /** Bytes of messages that a partition may have, however many the fetch wants. */
    private static final int MIN_SHARE = 16 * 1024;

    /** Max wait of all reads of a turn for records that are there, but in a remote tier. */
    private static final int MAX_READ_MS = 1000;

    /** The first version whose clients take messages of magic 1. */
    private static final short FIRST_OF_MAGIC_1 = 2;
    /** The first version whose clients bound the answer, and take a first message that exceeds a bound. */
    private static final short FIRST_BOUNDED = 3;

    private final Request request;
    private final OldRequest old;
    private final OldFetchHandler handler;
    private final FetchRequestData data;
    private final long deadline;
    private final Map<String, Map<Integer, WantedPartition>> wanted = new LinkedHashMap<>();
    private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    /** Bytes of messages that the answer may still get. */
    private int left;

    private boolean anyMessage;
    private boolean hasTurn;
    /** Removes what ends the wait for a turn when the connection is closed. */
    private Runnable closeWatch = () -> {};
    /** When the reads of this turn wait no longer, ms since the epoch. */
    private long readDeadline;
    /** True if this turn passed over records that the client is not shown. */
    private boolean hasMoved;

    /**
     * @param request the request
     * @param old its body
     * @param handler what all fetches share
     */
    OldFetch(Request request, OldRequest old, OldFetchHandler handler) {
        this.request = request;
        this.old = old;
        this.handler = handler;
        data = (FetchRequestData) old.data();
        deadline = handler.now() + Math.max(0, data.maxWaitMs());
        left = Math.max(1, Math.min(MAX_BYTES, data.maxBytes())); // the first batch comes with any bound
        for (FetchTopic topic : data.topics()) {
            Map<Integer, WantedPartition> partitions =
                    wanted.computeIfAbsent(topic.topic(), name -> new LinkedHashMap<>());
            topic.partitions()
                    .forEach(each -> partitions.put(each.partition(), new WantedPartition(topic.topic(), each)));
        }
    }

    /** @return completes with the response */
    CompletionStage<ApiMessage> answer() {
        watch();
        return answer;
    }

    private void watch() {
        List<WantedPartition> all = new ArrayList<>();
        wanted.values().forEach(topic -> all.addAll(topic.values()));
        ask(all, waitMs(), data.minBytes(), left, response -> {
            SliceRecords.closeAll(response);
            List<WantedPartition> ready = new ArrayList<>(
                    all.stream().filter(WantedPartition::hasMore).toList());
            if (ready.isEmpty()) {
                finish();
            } else {
                awaitTurn(ready);
            }
        });
    }

    private int waitMs() {
        return (int) Math.max(0, Math.min(data.maxWaitMs(), deadline - handler.now()));
    }

    private void awaitTurn(List<WantedPartition> ready) {
        if (!isBounded()) {
            // These clients name their partitions in the same order each time.
            Collections.rotate(ready, -handler.nextRotation(ready.size()));
        }
        Runnable leave = handler.turns().take(() -> onLoop(() -> begin(ready), handler.turns()::end));
        closeWatch = request.connection().onClose(() -> {
            leave.run();
            abandon();
        });
    }

    private void begin(List<WantedPartition> ready) {
        closeWatch.run();
        hasTurn = true;
        hasMoved = false;
        readDeadline = handler.now() + MAX_READ_MS;
        read(ready, 0);
    }

    private void abandon() {
        fail(new CloseConnectionException("the connection was closed while a fetch of an old version was served"));
    }

    private void endTurn() {
        if (hasTurn) {
            hasTurn = false;
            handler.turns().end();
        }
    }

    private void read(List<WantedPartition> ready, int from) {
        if (!request.connection().isOpen()) {
            abandon();
            return;
        }
        int at = from;
        while (at < ready.size() && !ready.get(at).hasMore()) {
            at++;
        }
        int waitMs = (int) Math.max(0, readDeadline - handler.now());
        if (at == ready.size() || left <= 0 || waitMs == 0 && isAnyAnswered()) {
            endTurn();
            if (waitMs() == 0 || !hasMoved || isAnyAnswered()) {
                finish();
            } else {
                watch();
            }
            return;
        }
        int index = at;
        WantedPartition next = ready.get(index);
        int limit = limit(next, ready.size());
        ask(List.of(next), waitMs, 1, limit, response -> {
            SliceRecords records = only(response);
            if (records == null) {
                read(ready, index + 1);
            } else {
                convert(next, records, limit, () -> read(ready, index));
            }
        });
    }

    private boolean isAnyAnswered() {
        return wanted.values().stream()
                .anyMatch(topic -> topic.values().stream().anyMatch(WantedPartition::isAnswered));
    }

    private int limit(WantedPartition partition, int partitions) {
        int share = isBounded() ? left : Math.min(left, Math.max(MIN_SHARE, MAX_BYTES / partitions));
        return Math.max(1, Math.min(partition.maxBytes(), share));
    }

    private boolean isBounded() {
        return old.oldVersion() >= FIRST_BOUNDED;
    }

    private static SliceRecords only(FetchResponseData response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(PartitionData::records)
                .filter(SliceRecords.class::isInstance)
                .map(SliceRecords.class::cast)
                .findFirst()
                .orElse(null);
    }

    private void convert(WantedPartition partition, SliceRecords records, int limit, Runnable then) {
        byte magic = (byte) (old.oldVersion() >= FIRST_OF_MAGIC_1 ? 1 : 0);
        long from = partition.offset();
        handler.conversions().add(() -> {
            Runnable result;
            try (records) {
                DownConversion conversion = new DownConversion(from, magic, limit, request.connection()::isOpen);
                DownConversion.DownConverted converted = conversion.convert(records.slice());
                result = () -> accept(partition, converted, limit);
            } catch (RuntimeException e) {
                result = () -> partition.fail(KafkaErrors.ofRead(e));
            } catch (Error e) {
                result = () -> {
                    throw e; // it is the failure of the fetch, not of the thread
                };
            }
            Runnable done = result;
            onLoop(
                    () -> {
                        done.run();
                        then.run();
                    },
                    this::endTurn);
        });
    }

    private void accept(WantedPartition partition, DownConversion.DownConverted converted, int limit) {
        ByteBuffer messages = converted.messages();
        int bytes = messages.remaining();
        if (bytes == 0) {
            hasMoved |= converted.nextOffset() > partition.offset();
            partition.moveTo(converted.nextOffset());
        } else if (bytes > limit && isBounded() && anyMessage) {
            partition.answer(null); // the client gets it with a fetch in which it is the first
        } else {
            boolean cut = !isBounded() && bytes > partition.maxBytes();
            partition.answer(cut ? messages.limit(messages.position() + partition.maxBytes()) : messages);
            anyMessage = true;
            left -= messages.remaining();
        }
    }

    /** Fetches as clients of today do, and notes errors and high watermarks. */
    private void ask(
            List<WantedPartition> of, int waitMs, int minBytes, int maxBytes, Consumer<FetchResponseData> then) {
        FetchRequestData ask = new FetchRequestData()
                .setReplicaId(data.replicaId())
                .setMaxWaitMs(waitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(maxBytes)
                .setTopics(topics(of, maxBytes));
        handler.reads()
                .handle(OldRequest.asOfToday(request, new FetchRequest(ask, old.version())))
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        onLoop(() -> fail(failure), this::endTurn);
                        return;
                    }
                    FetchResponseData fetched = (FetchResponseData) response;
                    onLoop(
                            () -> {
                                try {
                                    note(fetched);
                                    then.accept(fetched);
                                } catch (RuntimeException | Error e) {
                                    SliceRecords.closeAll(fetched);
                                    throw e;
                                }
                            },
                            () -> {
                                SliceRecords.closeAll(fetched);
                                endTurn();
                            });
                });
    }

    private static List<FetchTopic> topics(List<WantedPartition> of, int maxBytes) {
        Map<String, FetchTopic> topics = new LinkedHashMap<>();
        for (WantedPartition each : of) {
            topics.computeIfAbsent(each.topic(), name -> new FetchTopic().setTopic(name))
                    .partitions()
                    .add(new FetchPartition()
                            .setPartition(each.partition())
                            .setFetchOffset(each.offset())
                            .setPartitionMaxBytes(Math.min(maxBytes, each.maxBytes())));
        }
        return List.copyOf(topics.values());
    }

    private void note(FetchResponseData response) {
        response.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    WantedPartition of = wanted.get(topic.topic()).get(partition.partitionIndex());
                    if (partition.errorCode() == Errors.NONE.code()) {
                        of.highWatermark(partition.highWatermark());
                    } else {
                        of.fail(Errors.forCode(partition.errorCode()));
                    }
                }));
    }

    private void onLoop(Runnable task, Runnable whenStopped) {
        try {
            request.connection().executor().execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    fail(e);
                }
            });
        } catch (RejectedExecutionException loopEnded) {
            whenStopped.run(); // no client awaits the answer
        }
    }

    private void fail(Throwable failure) {
        endTurn();
        answer.completeExceptionally(failure);
    }

    private void finish() {
        Struct response = new Struct(OldLayouts.response(ApiKeys.FETCH, old.oldVersion()));
        List<Struct> topics = new ArrayList<>();
        wanted.forEach((name, partitions) -> {
            Struct topic = response.instance("responses").set("topic", name);
            topics.add(topic.set(
                    "partitions",
                    partitions.values().stream()
                            .map(each -> each.fill(topic.instance("partitions")))
                            .toArray()));
        });
        if (response.hasField("throttle_time_ms")) {
            response.set("throttle_time_ms", 0);
        }
        answer.complete(new OldResponse(ApiKeys.FETCH, response.set("responses", topics.toArray())));
    }
}
