// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

/**
 * Says one thing that was looked at.
 *
 * @param level how bad it is
 * @param what what was found, one sentence
 * @param advice what to do about it; empty if it is well
 */
record Finding(Level level, String what, String advice) {
    /** How bad a finding is. */
    enum Level {
        /** It is as it should be. */
        OK,
        /** It may be meant, or will matter later. */
        NOTE,
        /** The server does not start, loses time or will fail. */
        PROBLEM
    }

    static Finding ok(String what) {
        return new Finding(Level.OK, what, "");
    }

    static Finding note(String what, String advice) {
        return new Finding(Level.NOTE, what, advice);
    }

    static Finding problem(String what, String advice) {
        return new Finding(Level.PROBLEM, what, advice);
    }
}
