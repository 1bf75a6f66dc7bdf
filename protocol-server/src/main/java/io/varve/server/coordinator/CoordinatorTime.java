// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.MovableTime;
import io.varve.core.runtime.Scheduler;
import java.util.function.Function;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.server.util.timer.Timer;

/**
 * The time of a coordinator that Kafka's runtime hosts, in Varve's terms and in Kafka's.
 *
 * @param clock the clock
 * @param scheduler runs tasks by that clock, and starts threads
 * @param kafka the same clock for Kafka's classes
 * @param timers makes a timer of that name for Kafka's runtime; the runtime closes it
 */
public record CoordinatorTime(Clock clock, Scheduler scheduler, Time kafka, Function<String, Timer> timers) {
    /**
     * @param clock the machine's clock
     * @param scheduler runs tasks by that clock
     * @return the machine's time, with Kafka's own timers: timing wheels, each with a thread
     */
    public static CoordinatorTime ofMachine(Clock clock, Scheduler scheduler) {
        return new CoordinatorTime(
                clock,
                scheduler,
                Time.SYSTEM,
                name -> new SystemTimerReaper(name + "-timer-reaper", new SystemTimer(name)));
    }

    /**
     * @param time a time that jumps
     * @return that time; time-outs of groups and transactions jump with it
     */
    public static CoordinatorTime of(MovableTime time) {
        return new CoordinatorTime(time, time, new KafkaTime(time), name -> new MovableTimer(time));
    }
}
