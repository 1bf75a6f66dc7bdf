// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes the bucket away from a server and brings it back. */
class S3OutageIT {
    private static final int OUTAGE_RECORDS = 6_000;

    @TempDir
    Path directory;

    @Test
    void producersAndReadersOfLocalRecordsDoNotNoticeAndTheBacklogDrains() throws Exception {
        try (TestBucket bucket = TestBucket.in(directory)) {
            Server server = Server.start(directory, bucket.settings());
            TieredTopic topic = TieredTopic.create(server, "outage", Map.of());
            topic.write(server, 4_000);
            topic.awaitGoneBelow(server, 4_000);

            bucket.kill();
            long longest = 0;
            for (int i = 0; i < OUTAGE_RECORDS / 500; i++) {
                long start = System.nanoTime();
                topic.write(server, 500);
                longest = Math.max(longest, System.nanoTime() - start);
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(longest))
                    .as("ms of the slowest 500 records, with a producer of their own")
                    .isLessThan(10_000);
            topic.assertReads(server, 4_000, topic.end());
            assertThat(topic.localStart(server)).as("nothing leaves").isLessThanOrEqualTo(4_000);

            bucket.start();
            topic.awaitGoneBelow(server, topic.end());
            topic.assertReads(server, 0, topic.end());
            server.stop();
        }
    }

    @Test
    void coldReadersWaitForTheBucketAndGetEveryRecord() throws Exception {
        try (TestBucket bucket = TestBucket.in(directory)) {
            Server server = Server.start(directory, bucket.settings("s3.cache.size=0", "s3.cache.memory=0"));
            TieredTopic topic = TieredTopic.create(server, "cold", Map.of());
            topic.write(server, 4_000);
            topic.awaitGoneBelow(server, 4_000);
            bucket.kill();
            Thread back = new Thread(bucket::start);
            back.start();
            topic.assertReads(server, 0, topic.end());
            back.join();
            server.stop();
        }
    }
}
