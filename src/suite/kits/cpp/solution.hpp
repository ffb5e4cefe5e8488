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
};
