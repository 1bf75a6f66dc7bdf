// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Holds the state at one moment: a row of {@code samples.csv}.
 *
 * @param policy the policy's name
 * @param timeMs ms of virtual time since the epoch
 * @param localBytes bytes on this machine
 * @param remoteBytes bytes in the bucket
 * @param producedBytes bytes that producers have written so far
 * @param writtenBytes bytes that producers and compaction have written so far
 * @param oldestRecordAgeMs age in ms of the oldest readable record of all topics; -1 without a record
 * @param backlogBytes bytes in sealed segments that wait for their upload
 * @param cost dollars so far
 */
public record Sample(
        String policy,
        long timeMs,
        long localBytes,
        long remoteBytes,
        long producedBytes,
        long writtenBytes,
        long oldestRecordAgeMs,
        long backlogBytes,
        double cost) {}
