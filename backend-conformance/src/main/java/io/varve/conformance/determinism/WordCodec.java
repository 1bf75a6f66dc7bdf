// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.determinism;

import io.varve.core.event.EventCodec;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes words as events. Stateless. */
final class WordCodec implements EventCodec<String> {
    @Override
    public ByteBuffer encode(List<String> words) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
        words.forEach(
                word -> builder.append(0, null, ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8)), List.of()));
        return builder.build();
    }

    @Override
    public void decode(ByteBuffer batches, Sink<String> sink) {
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeInBytes(batches, at)) {
            List<String> words = new ArrayList<>();
            try (RecordIterator records = RecordIterator.of(batches, at, Integer.MAX_VALUE)) {
                while (records.next()) {
                    words.add(StandardCharsets.UTF_8.decode(records.value()).toString());
                }
            }
            sink.batch(words, BatchHeader.nextOffset(batches, at));
        }
    }
}
