// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import java.util.List;

/** What a specimen of a tier does wrong, and which checks are there to notice. */
enum TierFlaw {
    NONE,
    COPIES_THE_ACTIVE_SEGMENT("tier: copiesSealedSegmentsAndOnlyThem"),
    COPIES_FULL_SEGMENTS_ONLY("tier: copiesASegmentThatWasEndedOnRequest"),
    COPIES_WHAT_IS_NOT_DURABLE("tier: copiesNothingThatIsNotDurable"),
    DROPS_WHAT_IS_NOT_COPIED("tier: dropsNothingThatIsNotInTheTier"),
    DROPS_SEGMENTS_THAT_REACH_ABOVE("tier: dropsOnlyWholeSegmentsBelowTheOffset"),
    DROPS_SNAPSHOTS_WITH_SEGMENTS("tier: snapshotsStayWhereTheSegmentsGo"),
    SHOWS_A_GAP_WHILE_IT_DROPS("tier: manyReadersSeeEveryRecordWhileSegmentsGo"),
    IGNORES_THE_END_OF_A_READ("tier: readsNoMoreThanWasAskedForFromTheTier"),
    FINDS_NOTHING_IN_A_GAP("tier: readsAcrossGapsInTheTier"),
    ENDS_AT_A_GAP("changes in the tier: copiesAReplacementInPlaceOfWhatItReplaced"),
    LOOKS_FOR_TIMES_ON_THIS_MACHINE_ONLY("tier: readsWhatIsNoLongerOnThisMachine"),
    ASKS_THE_TIER_IN_A_LOCAL_READ("tier: readsWhatIsNoLongerOnThisMachine"),
    TELLS_THE_LARGEST_TIMESTAMP_FOR_THE_FIRST("tier: readsWhatIsNoLongerOnThisMachine"),
    READS_WHEN_BYTES_ARE_ASKED_FOR("tier: aSliceStaysReadableWhenItsSegmentGoes"),
    FORGETS_AT_A_START_WHAT_IS_IN_THE_TIER_ONLY(
            "tier: allIsTheSameAfterReopeningAndAfterACrash", "lost disks: aCrashAfterwardsChangesNothing"),
    COPIES_ALTHOUGH_TOLD_NOT_TO("tier: copiesNothingMoreWhenItIsTold"),
    KEEPS_COPIES_WITHOUT_THE_TIER("tier: withoutTheTierCopiesGoAndWhatIsThereOnlyStays"),
    FORGETS_TRIMS_OF_THE_TIER("changes in the tier: aTrimWithinTheTierIsDurableAfterTheSyncWithoutTheTier"),
    TRIMS_NO_FURTHER_THAN_THE_TIER("changes in the tier: trimsBeyondTheTier"),
    ENDS_A_TRIM_AT_THE_LAST_RECORD("changes in the tier: trimsEverything"),
    KEEPS_OBJECTS_OF_TRIMMED_SEGMENTS("changes in the tier: trimsWithinTheTier"),
    KEEPS_WHAT_WAS_TRUNCATED("changes in the tier: truncatesWithinTheTier", "changes in the tier: truncatesEverything"),
    TAKES_AN_OLD_COPY_FOR_WHAT_WAS_WRITTEN_AGAIN(
            "changes in the tier: copiesAgainWhatWasWrittenAgain",
            "changes in the tier: copiesAgainWhatWasWrittenAgainAfterATruncationToAGap",
            "changes in the tier: truncatesWhatIsOnThisMachineToo",
            "lost disks: whatWasTruncatedStaysAway"),
    KEEPS_COPIES_OF_WHAT_WAS_REPLACED("changes in the tier: copiesAReplacementInPlaceOfWhatItReplaced"),
    REPLACES_WHAT_IS_NOT_THERE("changes in the tier: refusesToReplaceWhatIsInTheTierOnly"),
    FORGETS_DELETIONS(
            "changes in the tier: aDeletionStandsWithoutTheTierAndAfterACrash",
            "changes in the tier: aDeletionLeavesNoObject",
            "lost disks: whatWasDeletedStaysAway"),
    DELETES_WHAT_IS_SET_ASIDE("changes in the tier: whatIsSetAsideIsOutOfUseAndKeepsItsObjects"),
    RESTORES_ALL_BUT_THE_LAST_SEGMENT(
            "lost disks: everyRecordThatWasInTheTierIsBack", "lost disks: onlyWhatWasNotInTheTierIsLost"),
    RESTORES_THE_FIRST_PARTITIONS_ONLY("lost disks: manyPartitionsAreBack"),
    RESTORES_WITHOUT_SNAPSHOTS("lost disks: snapshotsOfWhatIsBackAreBack"),
    RESTORES_SNAPSHOTS_AHEAD("lost disks: noSnapshotIsAheadOfTheRecords"),
    TAKES_OTHER_RECORDS_FOR_A_COPY("lost disks: anOlderDiskIsNotTakenForACopyOfWhatWasWrittenAgain"),
    FORGETS_THE_START_IN_THE_TIER("lost disks: theStartIsKept"),
    BEGINS_AT_ZERO_ON_A_NEW_DISK("lost disks: theLogGoesOnWhereItEnds", "second owner: theNewOwnerHasWhatIsInTheTier"),
    GIVES_OFFSETS_AGAIN("lost disks: noOffsetOfAnEmptiedPartitionIsGivenAgain"),
    ENDS_A_RESTORED_SEGMENT_AT_ITS_LAST_BATCH("lost disks: noOffsetThatWasCompactedAwayIsGivenAgain"),
    BEGINS_ANEW_WHEN_THE_TIER_IS_AWAY("lost disks: doesNotBeginAnewWhileTheTierIsAway"),
    LEAVES_COMPACTED_SEGMENTS_IN_THE_TIER("lost disks: aCompactedPartitionIsOnThisMachineAgain"),
    COPIES_A_REPLACEMENT_TOO_EARLY("lost disks: whatWasCompactedAwayStaysInTheTierUntilWhatIsNewerIsThere"),
    NEVER_NOTICES_A_NEW_OWNER("second owner: nothingShowsOfACopyThatAFormerOwnerHadBegun"),
    GOES_ON_WHEN_FENCED("second owner: theFormerOwnerIsFencedWithItsNextSegment"),
    STARTS_AGAIN_AFTER_A_NEW_OWNER("second owner: aFormerOwnerDoesNotStartAgain"),
    REMOVES_OBJECTS_ON_ITS_OWN("second owner: aFormerOwnerRemovesNoObjectOfTheNewOne"),
    SYNCS_NO_FURTHER_THAN_THE_TIER("tier faults: appendsSyncsAndRecentReadsGoOn, [1] UNREACHABLE"),
    NEVER_TRIES_A_COPY_AGAIN("tier faults: copiesGetThereInTheEnd, [2] REFUSED"),
    LEAVES_OBJECTS_OF_LOST_REPLIES("tier faults: copiesGetThereInTheEnd, [3] REPLY_LOST"),
    TAKES_A_CUT_ANSWER_FOR_THE_END("tier faults: oldReadsGiveTheRightBytesOrRetry, [4] CUT_ANSWER"),
    TRUSTS_EVERY_ANSWER("tier faults: oldReadsGiveTheRightBytesOrRetry, [5] WRONG_ANSWER");

    /** Areas and checks. */
    final List<String> caughtBy;

    TierFlaw(String... caughtBy) {
        this.caughtBy = List.of(caughtBy);
    }
}
