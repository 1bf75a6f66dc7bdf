// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

/** What a specimen of a tier does wrong, and which check is there to notice. */
enum TierFlaw {
    NONE(""),
    COPIES_WHAT_IS_NOT_DURABLE("tier: copiesNothingThatIsNotDurable"),
    DROPS_WHAT_IS_NOT_COPIED("tier: dropsNothingThatIsNotInTheTier"),
    DROPS_SEGMENTS_THAT_REACH_ABOVE("tier: dropsOnlyWholeSegmentsBelowTheOffset"),
    IGNORES_THE_END_OF_A_READ("tier: readsNoMoreThanWasAskedForFromTheTier"),
    ENDS_AT_A_GAP("changes in the tier: copiesAReplacementInPlaceOfWhatItReplaced"),
    LOOKS_FOR_TIMES_ON_THIS_MACHINE_ONLY("tier: readsWhatIsNoLongerOnThisMachine"),
    COPIES_ALTHOUGH_TOLD_NOT_TO("tier: copiesNothingMoreWhenItIsTold"),
    KEEPS_COPIES_WITHOUT_THE_TIER("tier: withoutTheTierCopiesGoAndWhatIsThereOnlyStays"),
    FORGETS_TRIMS_OF_THE_TIER("changes in the tier: aTrimWithinTheTierIsDurableAfterTheSyncWithoutTheTier"),
    KEEPS_OBJECTS_OF_TRIMMED_SEGMENTS("changes in the tier: trimsWithinTheTier"),
    KEEPS_WHAT_WAS_TRUNCATED("changes in the tier: truncatesWithinTheTier"),
    TAKES_AN_OLD_COPY_FOR_WHAT_WAS_WRITTEN_AGAIN("changes in the tier: copiesAgainWhatWasWrittenAgain"),
    KEEPS_COPIES_OF_WHAT_WAS_REPLACED("changes in the tier: copiesAReplacementInPlaceOfWhatItReplaced"),
    REPLACES_WHAT_IS_NOT_THERE("changes in the tier: refusesToReplaceWhatIsInTheTierOnly"),
    FORGETS_DELETIONS("changes in the tier: aDeletionStandsWithoutTheTierAndAfterACrash"),
    DELETES_WHAT_IS_SET_ASIDE("changes in the tier: whatIsSetAsideIsOutOfUseAndKeepsItsObjects"),
    RESTORES_WITHOUT_SNAPSHOTS("lost disks: snapshotsOfWhatIsBackAreBack"),
    RESTORES_SNAPSHOTS_AHEAD("lost disks: noSnapshotIsAheadOfTheRecords"),
    FORGETS_THE_START_IN_THE_TIER("lost disks: theStartIsKept"),
    GIVES_OFFSETS_AGAIN("lost disks: noOffsetOfAnEmptiedPartitionIsGivenAgain"),
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

    final String caughtBy;

    TierFlaw(String caughtBy) {
        this.caughtBy = caughtBy;
    }
}
