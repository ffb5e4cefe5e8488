// Connects your solution to `rewind judge`. You need not read this file, nor change it.
//
// It reads requests from standard input and writes replies to standard output, one JSON object a line.

#include <cxxabi.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "solution.hpp"

using Words = std::vector<std::string>;

// ---- JSON -----------------------------------------------------------------------------------------------------------

// The length of the UTF-8 character at the beginning of a text; 0 if there is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t place) { return place < text.size() ? (unsigned char)text[place] : 0u; };
    const unsigned first = byte(0), second = byte(1);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    for (std::size_t place = 1; place < length; ++place) {
        if ((byte(place) & 0xC0) != 0x80) return 0;
    }
    const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return text.empty() || too_long || no_character ? 0 : length;
}

std::string utf8(std::uint32_t code) {
    const auto tail = [&](int shift) { return char(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) return {char(code)};
    if (code < 0x800) return {char(0xC0 | code >> 6), tail(0)};
    if (code < 0x10000) return {char(0xE0 | code >> 12), tail(6), tail(0)};
    return {char(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

// A value of JSON. Numbers keep their text.
struct Json {
    enum Kind { Null, Bool, Number, Text, List, Object };

    Kind kind = Null;
    std::string text = "null";
    std::vector<Json> items;
    std::vector<std::string> names;  // of an object's items

    const Json& operator[](std::string_view name) const {
        static const Json null;
        for (std::size_t place = names.size(); place-- > 0;) {
            if (names[place] == name) return items[place];
        }
        return null;
    }

    const std::vector<Json>& list() const {
        if (kind != List) throw std::invalid_argument("a list is missing");
        return items;
    }
};

class JsonReader {
public:
    static Json read(std::string_view text) {
        JsonReader reader(text);
        Json value = reader.value(0);
        reader.next();
        if (reader.at < text.size()) reader.wrong();
        return value;
    }

private:
    static constexpr int DEEPEST = 64;
    std::string_view text;
    std::size_t at = 0;

    explicit JsonReader(std::string_view text) : text(text) {}

    [[noreturn]] void wrong() const { throw std::invalid_argument("not JSON at byte " + std::to_string(at + 1)); }

    // The next byte that is no blank, without taking it; 0 at the end.
    char next() {
        while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) ++at;
        return at < text.size() ? text[at] : '\0';
    }

    void expect(char byte) {
        if (next() != byte) wrong();
        ++at;
    }

    char take() {
        if (at == text.size()) wrong();
        return text[at++];
    }

    Json value(int depth) {
        if (depth > DEEPEST) wrong();
        switch (next()) {
            case '{': return object(depth);
            case '[': return list(depth);
            case '"': return {Json::Text, string(), {}, {}};
            case 't': return literal(Json::Bool, "true");
            case 'f': return literal(Json::Bool, "false");
            case 'n': return literal(Json::Null, "null");
            default: return number();
        }
    }

    Json object(int depth) {
        Json object{Json::Object, "", {}, {}};
        for (expect('{'); next() != '}';) {
            if (!object.items.empty()) expect(',');
            object.names.push_back(string());
            expect(':');
            object.items.push_back(value(depth + 1));
        }
        ++at;
        return object;
    }

    Json list(int depth) {
        Json list{Json::List, "", {}, {}};
        for (expect('['); next() != ']';) {
            if (!list.items.empty()) expect(',');
            list.items.push_back(value(depth + 1));
        }
        ++at;
        return list;
    }

    Json literal(Json::Kind kind, std::string_view name) {
        if (text.substr(at, name.size()) != name) wrong();
        at += name.size();
        return {kind, std::string(name), {}, {}};
    }

    bool digits() {
        const std::size_t begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at > begin;
    }

    bool skip(std::string_view any) {
        const bool found = at < text.size() && any.find(text[at]) != std::string_view::npos;
        at += found;
        return found;
    }

    Json number() {
        const std::size_t begin = at;
        skip("-");
        if (!skip("0") && !digits()) wrong();
        if (skip(".") && !digits()) wrong();
        if (skip("eE")) {
            skip("+-");
            if (!digits()) wrong();
        }
        return {Json::Number, std::string(text.substr(begin, at - begin)), {}, {}};
    }

    std::string string() {
        std::string result;
        expect('"');
        for (;;) {
            const std::size_t length = utf8_length(text.substr(at));
            const char byte = take();
            if (byte == '"') return result;
            if (length == 0 || (unsigned char)byte < ' ') wrong();
            if (byte == '\\') {
                result += escape();
            } else {
                result.append(text, at - 1, length);
                at += length - 1;
            }
        }
    }

    std::string escape() {
        const std::string_view signs = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
        const char sign = take();
        if (const std::size_t place = signs.find(sign); place != std::string_view::npos) return {meanings[place]};
        if (sign != 'u') wrong();
        const std::uint32_t unit = hex4();
        if (unit < 0xD800 || unit > 0xDFFF) return utf8(unit);
        if (unit > 0xDBFF || take() != '\\' || take() != 'u') wrong();
        const std::uint32_t low = hex4();
        if (low < 0xDC00 || low > 0xDFFF) wrong();
        return utf8(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    }

    std::uint32_t hex4() {
        std::uint32_t unit = 0;
        const char* const begin = text.data() + at;
        const char* const end = begin + (text.size() - at < 4 ? 0 : 4);
        if (begin == end || std::from_chars(begin, end, unit, 16).ptr != end) wrong();
        at += 4;
        return unit;
    }
};

std::string quoted(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char byte = text[0];
        if (length == 0) {
            result += "\xEF\xBF\xBD";  // half a character: the sign for what cannot be shown
        } else if ((unsigned char)byte < ' ') {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", unsigned(byte));
            result += escape;
        } else {
            if (byte == '"' || byte == '\\') result += '\\';
            result.append(text, 0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result + '"';
}

// A list of what is JSON already.
std::string list_of(const std::vector<std::string>& items) {
    std::string result = "[";
    for (const std::string& item : items) {
        if (result.size() > 1) result += ',';
        result += item;
    }
    return result + ']';
}

// ---- The solution ---------------------------------------------------------------------------------------------------

// An operation without a method, or one whose method is still to be written.
struct NotSupported : std::logic_error {
    using std::logic_error::logic_error;
};

std::uint64_t number(const std::string& word) {
    std::uint64_t number = 0;
    const char* const end = word.data() + word.size();
    const auto [last, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc() || last != end) throw std::invalid_argument("not a number: " + word);
    return number;
}

// Calls the method for a query, which its operation and the number of its words tell.
std::string call(Solution& database, const Words& query) {
    const std::string form = query.at(0) + ' ' + std::to_string(query.size() - 1);
    const auto text = [&](std::size_t place) -> const std::string& { return query.at(place); };
    const auto time = [&](std::size_t place) { return number(query.at(place)); };
    if (form == "SET 3") return database.set(text(1), text(2), text(3));
    if (form == "GET 2") return database.get(text(1), text(2));
    if (form == "DELETE 2") return database.remove(text(1), text(2));
    if (form == "SCAN 1") return database.scan(text(1));
    if (form == "SCAN_BY_PREFIX 2") return database.scan_by_prefix(text(1), text(2));
    if (form == "SET_AT 4") return database.set_at(text(1), text(2), text(3), time(4));
    if (form == "SET_AT_WITH_TTL 5") return database.set_at_with_ttl(text(1), text(2), text(3), time(4), time(5));
    if (form == "GET_AT 3") return database.get_at(text(1), text(2), time(3));
    if (form == "DELETE_AT 3") return database.remove_at(text(1), text(2), time(3));
    if (form == "SCAN_AT 2") return database.scan_at(text(1), time(2));
    if (form == "SCAN_BY_PREFIX_AT 3") return database.scan_by_prefix_at(text(1), text(2), time(3));
    if (form == "BACKUP 1") return database.backup(time(1));
    if (form == "RESTORE 2") return database.restore(time(1), time(2));
    if (form == "TICK 1") return database.tick(time(1));
    if (form == "PUT 2") return database.put(text(1), text(2));
    if (form == "PUT_WITH_TTL 3") return database.put_with_ttl(text(1), text(2), time(3));
    if (form == "GET 1") return database.get_own(text(1));
    if (form == "DELETE 1") return database.remove_record(text(1));
    if (form == "EXISTS 1") return database.exists_record(text(1));
    if (form == "EXISTS 2") return database.exists(text(1), text(2));
    if (form == "KEYS 0") return database.keys();
    if (form == "VALUES 0") return database.values();
    if (form == "ITEMS 0") return database.items();
    if (form == "SIZE 0") return database.size();
    if (form == "CLEAR 0") return database.clear();
    if (form == "EXPIRE 2") return database.expire_record(text(1), time(2));
    if (form == "EXPIRE 3") return database.expire(text(1), text(2), time(3));
    if (form == "TTL 1") return database.ttl_of_record(text(1));
    if (form == "TTL 2") return database.ttl(text(1), text(2));
    if (form == "PERSIST 1") return database.persist_record(text(1));
    if (form == "PERSIST 2") return database.persist(text(1), text(2));
    if (form == "APPEND 3") return database.append(text(1), text(2), text(3));
    if (form == "FIND 3") return database.find(text(1), text(2), text(3));
    if (form == "BEGIN 0") return database.begin();
    if (form == "COMMIT 0") return database.commit();
    if (form == "ROLLBACK 0") return database.rollback();
    if (form == "ALIAS 2") return database.alias(text(1), text(2));
    if (form == "ALIASES 0") return database.aliases();
    if (form == "RESET_ALIASES 0") return database.reset_aliases();
    throw NotSupported("no method for " + query[0] + " with so many words");
}

bool is_not_supported(const std::exception& error) {
    return dynamic_cast<const NotSupported*>(&error) || std::string_view(error.what()) == "not implemented";
}

// ---- The protocol ---------------------------------------------------------------------------------------------------

Words words(const Json& query) {
    Words words;
    for (const Json& word : query.list()) {
        if (word.kind != Json::Text && word.kind != Json::Number) throw std::invalid_argument("a word is no text");
        words.push_back(word.text);
    }
    return words;
}

std::string one_line(const std::exception& error) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, &status), std::free);
    std::string line = std::string(name ? name.get() : "exception") + ": " + error.what();
    for (char& byte : line) {
        if ((unsigned char)byte < ' ') byte = ' ';
    }
    return line;
}

class Server {
public:
    Server() {
        try {
            reset();
        } catch (const std::exception& error) {
            failure = one_line(error);
        } catch (...) {
            failure = "something that is no std::exception was thrown";
        }
    }

    // The reply to a line; empty for the last one.
    std::string reply(std::string_view line) {
        std::string id = "null";
        try {
            const Json request = JsonReader::read(line);
            const std::string& type = request["type"].text;
            if (const Json& given = request["id"]; given.kind == Json::Number) id = given.text;
            if (type == "bye") return "";
            if (!failure.empty()) return error(id, "load", failure);
            const std::string rest = result(type, request);
            return "{\"type\":" + quoted(type + "_ok") + ",\"id\":" + id + rest + "}";
        } catch (const std::exception& caught) {
            if (is_not_supported(caught)) return error(id, "not-supported", caught.what());
            return thrown(id, one_line(caught));
        } catch (...) {
            return thrown(id, "something that is no std::exception was thrown");
        }
    }

private:
    std::unique_ptr<Solution> database;
    std::string failure;
    // Other names of operations, as far as the solution has granted them. It is told each query by its own name.
    std::map<std::string, std::string> aliases;

    void reset() {
        database = std::make_unique<Solution>();
        aliases.clear();
    }

    // The answer to a query, as JSON has it: a text, or a list of them to a query that is a list of queries.
    std::string answer(const Json& query) {
        const std::string& name = query.list().at(0).text;
        const auto alias = aliases.find(name);
        const std::string operation = alias == aliases.end() ? name : alias->second;
        if (operation == "BATCH") {
            Words answers;
            for (std::size_t place = 1; place < query.items.size(); ++place) {
                answers.push_back(answer(query.items[place]));
            }
            return list_of(answers);
        }
        Words words = ::words(query);
        words[0] = operation;
        const std::string answer = call(*database, words);
        if (operation == "ALIAS" && answer == "true") aliases[words[1]] = words[2];
        if (operation == "RESET_ALIASES") aliases.clear();
        return quoted(answer);
    }

    std::string result(const std::string& type, const Json& request) {
        if (type == "step") return ",\"answer\":" + answer(request["query"]);
        if (type == "list") {
            Words answers;
            for (const Json& query : request["queries"].list()) answers.push_back(answer(query));
            return ",\"answers\":" + list_of(answers);
        }
        if (type == "reset") {
            reset();
            return "";
        }
        if (type != "hello") throw std::invalid_argument("no request of type " + type);
        return ",\"protocol\":1,\"name\":\"Solution (C++)\"";
    }

    static std::string thrown(const std::string& id, const std::string& text) {
        std::fprintf(stderr, "%s\n", text.c_str());
        return error(id, "exception", text);
    }

    static std::string error(const std::string& id, const std::string& code, const std::string& text) {
        return "{\"type\":\"error\",\"id\":" + id + ",\"code\":" + quoted(code) + ",\"text\":" + quoted(text) + "}";
    }
};

int main() {
    std::FILE* const requests = fdopen(dup(0), "r");
    std::FILE* const replies = fdopen(dup(1), "w");
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(2, 1);  // from here on, what the solution prints goes to standard error
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Server server;
    char* line = nullptr;
    std::size_t capacity = 0;
    for (ssize_t size; (size = getline(&line, &capacity, requests)) > 0;) {
        const std::string reply = server.reply({line, std::size_t(size)});
        if (reply.empty()) break;
        std::fprintf(replies, "%s\n", reply.c_str());
        std::fflush(replies);
    }
    std::fflush(stdout);
    _exit(0);  // also if a thread of the solution is still busy
}
