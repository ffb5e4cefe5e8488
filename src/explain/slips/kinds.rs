//! The classic mistakes, and how each is called.

/// What a mistake is about, which says in what operations it can be made alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlipTheme {
    /// Under which names a cell lies.
    Names,
    /// What is marked as deleted.
    Marks,
    /// What a set does.
    Sets,
    /// What a set without a ttl does.
    PlainSets,
    /// What a read does.
    Reads,
    /// What a delete does.
    Deletes,
    /// What a scan of either kind does.
    Listings,
    /// What a scan by prefix does.
    Prefixes,
    /// When a lifetime is over.
    Ends,
    /// What is made in one place of a program, for all operations.
    Whole,
}

/// Declares the slips with their themes and names.
macro_rules! slips {
    ($($theme:ident $slip:ident $name:literal)*) => {
        /// A classic mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Slip {
            $(#[doc = $name] $slip),*
        }

        impl Slip {
            /// All of them, with what they are about and their names.
            pub(super) const ALL: &[(Self, SlipTheme, &'static str)] =
                &[$((Self::$slip, SlipTheme::$theme, $name)),*];

            /// How it is called.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$slip => $name),* }
            }
        }
    };
}

slips! {
    Sets OldValueAnswered "a set that answers the old value"
    Sets OldCellAnswered "a set that answers the old value, even one that has ended"
    Sets FirstValueKept "a set that keeps the first value"
    Sets FirstCellKept "a set that keeps the first value, even one that has ended"
    Sets RecordMadeAnew "a set that makes the record anew"
    Sets ValuesWithoutCase "a value that is turned into small letters"
    Sets ValuesTrimmed "a value whose spaces are cut off"
    Sets ValuesAsNumbers "a value of digits that becomes a number"
    Names GluedNames "a key and a field that are glued together"
    Names GluedByPoint "a key and a field that are glued together by a point"
    Names GluedByUnderscore "a key and a field that are glued together by an underscore"
    Names FieldsAlone "a map of cells under their fields alone, whatever the key"
    Names KeysWithoutCase "a key without regard to large and small letters"
    Names KeysTrimmed "a key whose spaces are cut off"
    Names FieldsWithoutCase "a field without regard to large and small letters"
    Reads ReadSwapped "a read that takes the key for the field"
    Reads ReadTakes "a read that takes the cell away"
    Reads ZeroIsNothing "a value of 0 that is taken for nothing"
    Deletes DeleteAlwaysTrue "a delete that always answers true"
    Deletes DeleteAnswersValue "a delete that answers the value"
    Deletes DeleteAsksRecord "a delete that asks whether there is a record, not the field"
    Deletes DeleteRemovesNothing "a delete that removes nothing"
    Deletes DeleteTakesRecord "a delete that takes the whole record"
    Deletes DeleteEmpties "a delete that only empties the value"
    Deletes DeleteSetsNothing "a delete that sets the empty value"
    Deletes EqualDeleted "a delete that takes every field of the same value"
    Marks MarkStays "a mark of deletion that a set does not lift"
    Listings SortedByInsertion "an order of insertion, not of fields"
    Listings SortedDownwards "an order from the last field to the first"
    Listings SortedWithoutCase "an order of fields without regard to large and small letters"
    Listings SortedByLength "an order of fields by length first"
    Listings SortedByNumber "an order of fields by the number at their end"
    Listings SortedByValue "an order of values, not of fields"
    Listings SortedByEnd "an order of lifetimes, not of fields"
    Listings PartsSorted "an order of the finished parts, not of the fields"
    Listings PairsSorted "an order of fields and values joined by a comma, not of the fields"
    Listings AllListed "a scan of all records"
    Listings PrefixOfKey "a scan of every key that begins with the key"
    Prefixes PrefixOfValue "a prefix that is looked for in the value"
    Prefixes PrefixOfPart "a prefix that is looked for in the finished part"
    Prefixes PrefixAnywhere "a prefix that is found anywhere in the field"
    Prefixes PrefixProper "a prefix that must be shorter than the field"
    Prefixes PrefixWhole "a prefix that must be the whole field"
    Prefixes PrefixToSeparator "a prefix that must be all that stands before an underscore"
    Prefixes PrefixReversed "a prefix test that is turned round"
    Prefixes PrefixEmpty "an empty prefix that matches nothing"
    Prefixes PrefixWithoutCase "a prefix without regard to large and small letters"
    Prefixes PrefixIgnored "a prefix that is ignored"
    Ends InclusiveEnd "an inclusive end"
    Ends EarlyEnd "a lifetime that ends a millisecond too early"
    Ends EndlessLifetime "a lifetime that is never over"
    Ends TimesAsTexts "a comparison of times as texts"
    Whole TtlIgnored "a ttl that is ignored"
    Whole TtlAsEnd "a ttl that is taken for the moment of death"
    Whole TtlInSeconds "a ttl that is taken for seconds"
    Whole TtlJoined "a ttl that is joined to the time as a text is, not added"
    Whole TextTtlJoined "a ttl that is joined to the time as a text is, and compared as a text"
    Whole TimesIn32Bits "a time that is held in 32 bits"
    PlainSets OldTtlKept "a set without a ttl that keeps the old lifetime"
    PlainSets DeadTtlKept "a set without a ttl that keeps the old lifetime, even one that has ended"
    Whole EndsApart "a table of lifetimes that outlive their cells"
    Whole EndsByField "a table of lifetimes by field alone"
    Whole FirstTtlKept "a set with a ttl that keeps the first lifetime"
    Whole LongerKept "a set with a ttl that keeps the longer lifetime"
    Whole PermanentStays "a set with a ttl that leaves what is permanent so"
    Whole TtlAdded "a ttl that is added to the old lifetime"
    Sets OneLifetime "one lifetime for the whole record"
    Sets DeadStaysDead "an expired cell that cannot be set again"
    Reads DeadRead "an expired cell that is still read"
    Deletes DeadDeleted "an expired cell that can be deleted"
    Whole DeadTakesRecord "an expired cell that takes its record along"
    Whole DeadScanned "an expired cell that is still scanned"
    Whole DeadFoundByPrefix "an expired cell that is still found by prefix"
    Whole CellsCounted "a backup that counts cells, not records"
    Whole DeadCounted "a backup that counts expired records"
    Whole EmptyCounted "a backup that counts records whose cells are gone"
    Whole ReadMakesRecord "a read that makes an empty record, which is counted"
    Whole PartlyDeadUncounted "a backup that leaves out records in which a cell has ended"
    Whole BackupsCounted "a backup that counts the backups"
    Whole NothingCounted "a backup that answers nothing"
    Whole BackupShared "a backup that is no copy"
    Whole BackupShallow "a backup that copies the records but not their cells"
    Whole CellsShared "a backup that shares its cells with the present"
    Whole BackupMoves "a backup that takes the records away"
    Whole BackupRebases "a backup that leaves in the present what is left of each lifetime"
    Whole LastFieldSaved "a backup that saves the newest field of each record"
    Whole OnlyLastKept "a backup that replaces the one before"
    Whole BackupHandedOut "a restore that hands out the backup itself"
    Whole RebasedInBackup "a restore that changes the lifetimes in the backup"
    Whole RestoredOnce "a restore that takes the backup away"
    Whole LaterDropped "a restore that throws away the later backups"
    Whole RestoreBacksUp "a restore that takes a backup itself"
    Whole LaidOver "a restore that is laid over the present records"
    Whole PresentKept "a restore that keeps the present cells of its records"
    Whole GoneNotRestored "a restore that leaves out the records that are gone"
    Whole RestoreNothing "a restore that changes nothing"
    Whole RestoreSwapped "a restore whose two times are swapped"
    Whole Earliest "a restore of the earliest backup"
    Whole Newest "a restore of the newest backup"
    Whole SecondLatest "a restore of the backup before the latest"
    Whole Nearest "a restore of the nearest backup, even a later one"
    Whole NearestEarlier "a restore of the nearest backup, the earlier of two"
    Whole FirstAfter "a restore of the first backup at or after the moment"
    Whole StrictlyBefore "a restore of a backup strictly before the moment"
    Whole ExactOnly "a restore of a backup of that very moment alone"
    Whole MomentsAsTexts "a restore that compares moments as texts"
    Whole LatestAsText "a restore that compares the moments of backups as texts"
    Whole NotRebased "a restore that charges for the time in the backup"
    Whole Refilled "a restore that begins every ttl anew"
    Whole LeftFromAsked "a restore that counts what is left from the moment asked for"
    Whole BegunAtAsked "a restore whose lifetimes begin at the moment asked for"
    Whole LeftFromFirst "a restore that counts what is left from the end that was first given"
    Whole OneLess "a restore that gives each cell a millisecond too little"
    Whole OneMore "a restore that gives each cell a millisecond too much"
    Whole DeadNotBroughtBack "a restore that leaves out what would be dead by now"
    Whole DeadBroughtBack "a restore that brings back what was dead at the backup"
    Whole NothingLeftPermanent "a restore that makes permanent what had nothing left"
    Whole PermanentEnds "a restore that ends what was permanent"
    Whole MadePermanent "a restore that makes everything permanent"
}
