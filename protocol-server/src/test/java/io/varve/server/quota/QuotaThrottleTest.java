// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.core.runtime.VirtualTime;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class QuotaThrottleTest {
    private static final QuotaClient ANN = new QuotaClient("ann", "app");
    private static final QuotaClient BOB = new QuotaClient("bob", "app");

    private final VirtualTime time = new VirtualTime(0);
    private final QuotaThrottle throttle = new QuotaThrottle(time, ThrottleConfig.DEFAULT);

    @Test
    void isOffWithoutQuotas() {
        assertThat(throttle.isOn()).isFalse();
        assertThat(throttle.produced(ANN, Long.MAX_VALUE)).isZero();
        assertThat(throttle.found(ANN, Long.MAX_VALUE)).isSameAs(Allowance.UNLIMITED);
        assertThat(throttle.maxFetchBytes(ANN)).isEqualTo(Integer.MAX_VALUE);
        assertThat(throttle.worked(ANN, Long.MAX_VALUE)).isZero();
        assertThat(throttle.mutations(ANN, true)).isSameAs(MutationQuota.UNBOUNDED);
    }

    @Test
    void holdsAProducerToItsRate() {
        enforce("producer_byte_rate", 100_000);
        long sent = obey(1_000, client -> throttle.produced(client, 5_000), 5_000, 300_000);
        assertThat(sent / 300.0).isCloseTo(100_000, Percentage.withPercentage(5));
        assertThat(throttle.produced(BOB, 1 << 30)).isZero();
    }

    /** As much as Kafka: the excess over the quota, of the ten seconds that the window has at least. */
    @Test
    void tellsTheTimeThatKafkaTells() {
        enforce("producer_byte_rate", 1_000);
        assertThat(throttle.produced(ANN, 10_000)).isZero();
        assertThat(throttle.produced(ANN, 5_000)).isEqualTo(5_000);
        time.advance(500);
        assertThat(throttle.produced(ANN, 0)).isEqualTo(4_500);
        assertThat(throttle.produced(ANN, 1L << 50)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void givesAConsumerNothingBeyondItsRate() {
        enforce("consumer_byte_rate", 100_000);
        assertThat(throttle.maxFetchBytes(ANN)).isEqualTo(1_000_000);
        long[] got = new long[1];
        obey(
                1,
                client -> {
                    Allowance allowance = throttle.found(client, 20_000);
                    got[0] += allowance.records() ? 20_000 : 0;
                    assertThat(allowance.records()).isEqualTo(allowance.throttleMs() == 0);
                    return allowance.throttleMs();
                },
                0,
                300_000);
        assertThat(got[0] / 300.0).isCloseTo(100_000, Percentage.withPercentage(10));
    }

    /** Kafka never gives it to the consumer. */
    @Test
    void givesAConsumerABatchThatAloneExceedsItsRateAndThenNothingForLong() {
        enforce("consumer_byte_rate", 1_000);
        assertThat(throttle.found(ANN, 50_000)).isEqualTo(new Allowance(true, 40_000));
        assertThat(throttle.found(ANN, 50_000).records()).isFalse();
        time.advance(20_000);
        assertThat(throttle.found(ANN, 50_000)).isEqualTo(new Allowance(true, 40_000));
    }

    @Test
    void countsWhatIsSentInAnyCase() {
        enforce("consumer_byte_rate", 1_000);
        assertThat(throttle.sent(ANN, 15_000)).isEqualTo(5_000);
        assertThat(throttle.found(ANN, 1)).isEqualTo(new Allowance(false, 5_001));
    }

    @Test
    void holdsAClientToItsShareOfThreads() {
        enforce("request_percentage", 10);
        assertThat(throttle.countsTime()).isTrue();
        assertThat(throttle.worked(ANN, TimeUnit.MILLISECONDS.toNanos(1_000))).isZero();
        assertThat(throttle.worked(ANN, TimeUnit.MILLISECONDS.toNanos(50))).isEqualTo(500);
        assertThat(throttle.worked(ANN, TimeUnit.HOURS.toNanos(1))).isEqualTo(1_000);
        assertThat(throttle.produced(ANN, 1 << 30)).isZero();
    }

    @Test
    void refusesPartitionsOnceTheBucketIsOverdrawn() {
        enforce("controller_mutation_rate", 2);
        MutationQuota first = throttle.mutations(ANN, true);
        first.accept(21);
        first.accept(5);
        assertThat(first.throttleMs()).isZero();
        MutationQuota second = throttle.mutations(ANN, true);
        assertThatThrownBy(() -> second.accept(1))
                .isInstanceOfSatisfying(
                        ThrottlingQuotaExceededException.class,
                        refused -> assertThat(refused.throttleTimeMs()).isEqualTo(2_000));
        time.advance(500);
        assertThat(second.throttleMs()).isEqualTo(1_500);
        time.advance(1_500);
        throttle.mutations(ANN, true).accept(1);
        assertThat(second.throttleMs()).isZero();
    }

    @Test
    void onlyHoldsBackAClientThatDoesNotKnowTheError() {
        enforce("controller_mutation_rate", 2);
        MutationQuota quota = throttle.mutations(ANN, false);
        quota.accept(26);
        quota.accept(1);
        assertThat(quota.throttleMs()).isCloseTo(2_500, within(1));
    }

    @Test
    void appliesAChangeToWhatWasUsedBefore() {
        enforce("producer_byte_rate", 1_000);
        assertThat(throttle.produced(ANN, 20_000)).isEqualTo(10_000);
        enforce("producer_byte_rate", 10_000);
        assertThat(throttle.produced(ANN, 1)).isZero();
        throttle.enforce(Map.of());
        assertThat(throttle.isOn()).isFalse();
        assertThat(throttle.produced(ANN, 1 << 30)).isZero();
    }

    /** Nobody has a quota of his own by such a name, and names of this length fill the memory. */
    @Test
    void thoseWhoseNamesAreTooLongForAQuotaShareTheDefault() {
        throttle.enforce(Map.of(
                new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null)),
                Map.of("producer_byte_rate", 1_000.0)));
        assertThat(throttle.produced(new QuotaClient("ann", "a".repeat(1_025)), 20_000))
                .isEqualTo(10_000);
        assertThat(throttle.produced(new QuotaClient("bob", "b".repeat(30_000)), 0))
                .isEqualTo(10_000);
        assertThat(throttle.produced(new QuotaClient("bob", "b".repeat(1_024)), 0))
                .isZero();
    }

    @Test
    void forgetsWhatWasUsedOnceNobodyHasAQuotaOfTheKind() {
        enforce("producer_byte_rate", 1_000);
        assertThat(throttle.produced(ANN, 20_000)).isEqualTo(10_000);
        enforce("consumer_byte_rate", 1_000);
        enforce("producer_byte_rate", 1_000);
        assertThat(throttle.produced(ANN, 0)).isZero();
    }

    private void enforce(String key, double bound) {
        throttle.enforce(Map.of(new ClientQuotaEntity(Map.of("user", "ann")), Map.of(key, bound)));
    }

    /** Has a client ask, and wait for as long as it is told; returns the bytes of all its requests. */
    private long obey(long pauseMs, ToIntFunction<QuotaClient> ask, long bytes, long forMs) {
        long sent = 0;
        for (long end = time.millis() + forMs; time.millis() < end; ) {
            int ms = ask.applyAsInt(ANN);
            sent += bytes;
            time.advance(Math.max(ms, ms == 0 ? Math.min(pauseMs, 20) : 0));
        }
        return sent;
    }
}
