// Your solution of the exercise "In-Memory Database": fill in the methods, level by level.
//
// Times and ttls go up to 2^64-1, so mind that a sum may pass the end. An answer is a text. What you print goes to
// standard error, so print as you like.

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

class Solution {
public:
    // Begins an empty database. Keep all your data in the object: every case gets a new one.
    Solution() {}

    // Level 1: cells

    // Puts a value into a field of a record. Answers "".
    std::string set(const std::string& key, const std::string& field, const std::string& value) {
        throw std::logic_error("not implemented");
    }

    // Answers the value, or "" if there is none.
    std::string get(const std::string& key, const std::string& field) {
        throw std::logic_error("not implemented");
    }

    // Removes a field. Answers "true" if it was there, else "false". (`delete` is a word of C++ itself.)
    std::string remove(const std::string& key, const std::string& field) {
        throw std::logic_error("not implemented");
    }

    // Level 2: scans

    // Answers "f1(v1), f2(v2)", in order of the fields, or "".
    std::string scan(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // The same for the fields that begin with the prefix.
    std::string scan_by_prefix(const std::string& key, const std::string& prefix) {
        throw std::logic_error("not implemented");
    }

    // Level 3: time

    // As set, at a moment. The cell is permanent.
    std::string set_at(const std::string& key, const std::string& field, const std::string& value,
                       std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // As set_at, but the cell is live only before timestamp + ttl.
    std::string set_at_with_ttl(const std::string& key, const std::string& field, const std::string& value,
                                std::uint64_t timestamp, std::uint64_t ttl) {
        throw std::logic_error("not implemented");
    }

    // As get, at a moment.
    std::string get_at(const std::string& key, const std::string& field, std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // As remove, at a moment. An expired cell answers "false".
    std::string remove_at(const std::string& key, const std::string& field, std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // As scan, at a moment.
    std::string scan_at(const std::string& key, std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // As scan_by_prefix, at a moment.
    std::string scan_by_prefix_at(const std::string& key, const std::string& prefix, std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // Level 4: backups

    // Saves the whole database. Answers how many records have a live cell.
    std::string backup(std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // Brings back the latest backup taken at or before timestamp_to_restore. Answers "".
    std::string restore(std::uint64_t timestamp, std::uint64_t timestamp_to_restore) {
        throw std::logic_error("not implemented");
    }

    // Level 5: whole keys, lists, lifetimes, search. Beyond the exercise: if you practise for it, leave these alone.

    // Moves the clock to a moment. All that follows, as it names none, happens then. Answers "".
    std::string tick(std::uint64_t timestamp) {
        throw std::logic_error("not implemented");
    }

    // Sets the key's own value, the cell whose field is the empty string. Answers "".
    std::string put(const std::string& key, const std::string& value) {
        throw std::logic_error("not implemented");
    }

    // As put, but the value is live only before now + ttl.
    std::string put_with_ttl(const std::string& key, const std::string& value, std::uint64_t ttl) {
        throw std::logic_error("not implemented");
    }

    // Answers the key's own value, or "" if there is none.
    std::string get_own(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // Removes a whole record. Answers "true" if one of its cells was live, else "false".
    std::string remove_record(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // Answers "true" if the record has a live cell, else "false".
    std::string exists_record(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // Answers "true" if the cell is live, also with an empty value, else "false".
    std::string exists(const std::string& key, const std::string& field) {
        throw std::logic_error("not implemented");
    }

    // Answers the keys of all records with a live cell, "k1, k2", in order, or "".
    std::string keys() {
        throw std::logic_error("not implemented");
    }

    // Answers the values of all live cells, "v1, v2", in order of their keys and then of their fields, or "".
    std::string values() {
        throw std::logic_error("not implemented");
    }

    // Answers all live cells, "k1(v1), k2.f2(v2)", in that order. A key's own value has no point and no field.
    std::string items() {
        throw std::logic_error("not implemented");
    }

    // Answers how many records have a live cell.
    std::string size() {
        throw std::logic_error("not implemented");
    }

    // Empties the database. The clock and the backups stay. Answers "".
    std::string clear() {
        throw std::logic_error("not implemented");
    }

    // Forgets the backups older than the latest one taken at or before a moment; moves no clock. Answers how many.
    std::string forget(std::uint64_t before) {
        throw std::logic_error("not implemented");
    }

    // Gives the live cells of a record a new end, now + ttl. Answers "true" if there were any, else "false".
    std::string expire_record(const std::string& key, std::uint64_t ttl) {
        throw std::logic_error("not implemented");
    }

    // The same for one cell.
    std::string expire(const std::string& key, const std::string& field, std::uint64_t ttl) {
        throw std::logic_error("not implemented");
    }

    // Answers how long the longest-lived cell has to live: a number, "permanent", or "" if none is live.
    std::string ttl_of_record(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // The same for one cell.
    std::string ttl(const std::string& key, const std::string& field) {
        throw std::logic_error("not implemented");
    }

    // Makes all live cells of a record permanent. Answers "true" if one was not, else "false".
    std::string persist_record(const std::string& key) {
        throw std::logic_error("not implemented");
    }

    // The same for one cell.
    std::string persist(const std::string& key, const std::string& field) {
        throw std::logic_error("not implemented");
    }

    // Adds to a list, which shows as "[a, b]". A text is a list of one. Answers how many items there are.
    std::string append(const std::string& key, const std::string& field, const std::string& item) {
        throw std::logic_error("not implemented");
    }

    // Finds a "KEY", "FIELD" or "VALUE" by "EXACT", "LIKE" or "REGEX": `rewind help FIND` tells more.
    std::string find(const std::string& what, const std::string& how, const std::string& pattern) {
        throw std::logic_error("not implemented");
    }

    // Level 6: transactions and other names. A BATCH is taken apart for you, and an alias comes to the method of what it
    // stands for.

    // Begins a transaction. Answers "true", or "false" if one is open.
    std::string begin() {
        throw std::logic_error("not implemented");
    }

    // Ends the transaction and keeps what it wrote. Answers "true", or "false" if none is open.
    std::string commit() {
        throw std::logic_error("not implemented");
    }

    // Ends the transaction and undoes what it wrote, backups too, but not time. Answers as commit does.
    std::string rollback() {
        throw std::logic_error("not implemented");
    }

    // Gives an operation another name. Answers "false" if the name is taken, or `operation` is not one.
    std::string alias(const std::string& name, const std::string& operation) {
        throw std::logic_error("not implemented");
    }

    // Answers all of them, "k: KEYS, v: VALUES", in the order they were given, or "".
    std::string aliases() {
        throw std::logic_error("not implemented");
    }

    // Takes all other names away. Answers "".
    std::string reset_aliases() {
        throw std::logic_error("not implemented");
    }

    // Is this the name of an operation? No alias may have one, and nothing else may have an alias.
    static bool is_operation(const std::string& name) {
        const std::string all =
            " SET GET DELETE SCAN SCAN_BY_PREFIX SET_AT SET_AT_WITH_TTL GET_AT DELETE_AT SCAN_AT "
            "SCAN_BY_PREFIX_AT BACKUP RESTORE TICK PUT PUT_WITH_TTL EXISTS KEYS VALUES ITEMS SIZE CLEAR FORGET "
            "EXPIRE TTL PERSIST APPEND FIND BEGIN COMMIT ROLLBACK BATCH ALIAS ALIASES RESET_ALIASES ";
        return name.find(' ') == std::string::npos && all.find(" " + name + " ") != std::string::npos;
    }
};
