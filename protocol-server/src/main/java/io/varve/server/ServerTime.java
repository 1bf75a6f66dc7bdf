// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.MovableTime;
import io.varve.core.runtime.Scheduler;
import io.varve.server.config.ConfigError;
import io.varve.server.coordinator.CoordinatorTime;
import java.time.Duration;
import java.util.Optional;

/**
 * The server's time: the machine's, or one that jumps on command ({@code clock=virtual}).
 *
 * @param clock the only source of time
 * @param scheduler the only source of threads
 * @param movable both of them, if the time jumps on command
 */
record ServerTime(Clock clock, Scheduler scheduler, Optional<MovableTime> movable) {
    static ServerTime of(boolean virtual, Clock machine, Scheduler scheduler) {
        if (!virtual) {
            return new ServerTime(machine, scheduler, Optional.empty());
        }
        MovableTime time = new MovableTime(machine, scheduler);
        return new ServerTime(time, time, Optional.of(time));
    }

    /** @return the time for the coordinators of groups and transactions */
    CoordinatorTime coordinators() {
        return movable.map(CoordinatorTime::of).orElseGet(() -> CoordinatorTime.ofMachine(clock, scheduler));
    }

    /**
     * Goes on from the time of the run before.
     *
     * @param aheadMs ms by which that run's time was ahead of the machine's
     * @throws ConfigError if the time cannot be moved: records would lie in the future, and be kept too long
     */
    void restore(long aheadMs) {
        if (movable.isPresent()) {
            movable.get().restore(aheadMs);
        } else if (aheadMs > 0) {
            throw new ConfigError("the records in log.dirs were written with clock=virtual, whose time was "
                    + Duration.ofMillis(aheadMs).toDays() + " days (" + aheadMs
                    + " ms) ahead of the machine's: start with clock=virtual, or name another directory");
        }
    }
}
