// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.Expected.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A reader that shows a part takes a part. */
class FirstHeadersTest {
    @Test
    void takesTheFirstHeadersOfMillionsAndTheBeginOfTheirKeys() {
        List<RecordHeader> many = Collections.nCopies(4_000_000, new RecordHeader("näme", utf8("v")));
        ByteBuffer batch = new RecordBatchBuilder(Codec.GZIP)
                .append(1, null, utf8("value"), many)
                .append(2, null, null, List.of())
                .build();

        try (RecordIterator records = RecordIterator.of(batch, 0, 1 << 26)) {
            assertThat(records.next()).isTrue();
            assertThat(records.headerCount()).isEqualTo(many.size());
            List<RecordHeader> first = records.headers(2, 3);
            assertThat(first).extracting(RecordHeader::key).containsExactly("nä", "nä");
            assertThat(first.get(1).value()).isEqualTo(utf8("v"));
            assertThat(records.headers(0, 3)).isEmpty();
            assertThat(records.headers(1, 100)).extracting(RecordHeader::key).containsExactly("näme");
            assertThat(records.value()).isEqualTo(utf8("value"));
            assertThat(records.next()).isTrue();
            assertThat(records.headers(2, 3)).isEmpty();
        }
    }
}
