//! The classic mistakes, and how each is called.

/// Declares the slips with their names.
macro_rules! slips {
    ($($slip:ident $name:literal)*) => {
        /// A classic mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Slip {
            $(#[doc = $name] $slip),*
        }

        impl Slip {
            /// All of them, with their names.
            pub const ALL: &[(Self, &'static str)] = &[$((Self::$slip, $name)),*];
        }
    };
}

slips! {
    OldValueAnswered "a set that answers the old value"
    FirstValueKept "a set that keeps the first value"
    RecordMadeAnew "a set that makes the record anew"
    GluedNames "a key and a field that are glued together"
    KeysWithoutCase "a key without regard to large and small letters"
    DeleteAlwaysTrue "a delete that always answers true"
    DeleteRemovesNothing "a delete that removes nothing"
    DeleteTakesRecord "a delete that takes the whole record"
    DeleteBlanks "a delete that only blanks the value"
    SortedByInsertion "an order of insertion, not of fields"
    SortedWithoutCase "an order of fields without regard to large and small letters"
    SortedByLength "an order of fields by length first"
    SortedByNumber "an order of fields by the number at their end"
    SortedByValue "an order of values, not of fields"
    PartsSorted "an order of the finished parts, not of the fields"
    PrefixOfValue "a prefix that is looked for in the value"
    PrefixOfPart "a prefix that is looked for in the finished part"
    PrefixAnywhere "a prefix that is found anywhere in the field"
    PrefixProper "a prefix that must be shorter than the field"
    PrefixReversed "a prefix test that is turned round"
    PrefixEmpty "an empty prefix that matches nothing"
    PrefixWithoutCase "a prefix without regard to large and small letters"
    PrefixIgnored "a prefix that is ignored"
    PrefixOfKey "a scan of every key that begins with the key"
    InclusiveEnd "an inclusive end"
    EndlessLifetime "a lifetime that is never over"
    TtlIgnored "a ttl that is ignored"
    TtlAsEnd "a ttl that is taken for the moment of death"
    TimesAsTexts "a comparison of times as texts"
    OldTtlKept "a set without a ttl that keeps the old lifetime"
    DeadTtlKept "a set without a ttl that keeps the lifetime of what is dead"
    LongerKept "a set with a ttl that keeps the longer lifetime"
    TtlAdded "a ttl that is added to the old lifetime"
    OneLifetime "one lifetime for the whole record"
    DeadStaysDead "an expired cell that cannot be set again"
    DeadRead "an expired cell that is still read"
    DeadDeleted "an expired cell that can be deleted"
    DeadScanned "an expired cell that is still scanned"
    DeadFoundByPrefix "an expired cell that is still found by prefix"
    CellsCounted "a backup that counts cells, not records"
    DeadCounted "a backup that counts expired records"
    EmptyCounted "a backup that counts records whose cells are gone"
    BackupShared "a backup that is no copy"
    BackupShallow "a backup that copies the records but not their cells"
    BackupHandedOut "a restore that hands out the backup itself"
    LaidOver "a restore that is laid over the present records"
    RestoreNothing "a restore that changes nothing"
    Earliest "a restore of the earliest backup"
    Newest "a restore of the newest backup"
    Nearest "a restore of the nearest backup, even a later one"
    StrictlyBefore "a restore of a backup strictly before the moment"
    ExactOnly "a restore of a backup of that very moment alone"
    NotRebased "a restore that charges for the time in the backup"
    Refilled "a restore that begins every ttl anew"
    LeftFromAsked "a restore that counts what is left from the moment asked for"
    DeadNotBroughtBack "a restore that leaves out what would be dead by now"
    MadePermanent "a restore that makes everything permanent"
}
