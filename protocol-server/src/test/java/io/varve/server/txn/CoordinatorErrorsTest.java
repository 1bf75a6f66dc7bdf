// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests that clients cannot flood the log with failed writes. */
class CoordinatorErrorsTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(CoordinatorErrors.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void watch() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void unwatch() {
        logger.detachAppender(log);
    }

    @Test
    void saysOnceInAWhileThatTransactionsAreTooLarge() {
        VirtualTime time = new VirtualTime(0);
        CoordinatorErrors errors = new CoordinatorErrors(time);
        for (int i = 0; i < 1_000; i++) {
            assertThat(errors.of(new CompletionException(new RecordTooLargeException("too large"))))
                    .isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        }
        assertThat(log.list).hasSize(1);
    }
}
