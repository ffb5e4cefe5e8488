// Connects your solution to `rewind judge`. You need not read this file, nor change it.
//
// It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes a class
// Solution with a method for each operation (timestamps last or first, as numbers or as texts), or with one method
// `solution(queries)` or `solve(queries)` that gets a std::vector<std::vector<std::string>>, or such a function without a
// class; they answer with a list, or with one text that has an answer a line. A class may also have one method
// `solution(query)`, `query(words)` or `process(query)` that gets a std::vector<std::string>. Answers may be texts,
// std::optional, booleans, numbers, vectors, pairs and maps; or nothing.

#include <cxxabi.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

class Solution;
#include "solution.hpp"

// In a room of its own, so that a solution may have any names.
namespace adapter {

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

    // The next byte that is no space, without taking it; 0 at the end.
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

std::string in_quotes(std::string_view text) {
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

// A number of a query, which becomes what a parameter wants: a number of any kind, or its text.
class Number {
public:
    explicit Number(const std::string& word) : word(word) {}

    template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
    operator T() const {
        T number = 0;
        const char* const end = word.data() + word.size();
        const auto [last, error] = std::from_chars(word.data(), end, number);
        if (error != std::errc() || last != end) throw std::invalid_argument("not a number: " + word);
        return number;
    }
    operator std::string() const { return word; }

private:
    const std::string& word;
};

std::string text(const std::string& answer) { return answer; }
std::string text(const char* answer) { return answer; }
std::string text(std::string_view answer) { return std::string(answer); }
std::string text(bool answer) { return answer ? "true" : "false"; }
std::string text(char answer) { return std::string(1, answer); }
std::string text(std::nullopt_t) { return ""; }
template <class T>
std::enable_if_t<std::is_arithmetic_v<T>, std::string> text(T answer) {
    return answer == T(std::int64_t(answer)) ? std::to_string(std::int64_t(answer)) : std::to_string(answer);
}
std::string text(std::uint64_t answer) { return std::to_string(answer); }
template <class T>
std::string text(const std::optional<T>& answer);
template <class A, class B>
std::string text(const std::pair<A, B>& cell);
template <class List>
auto text(const List& list) -> decltype(list.begin(), list.size(), std::string());

template <class T>
std::string text(const std::optional<T>& answer) {
    return answer ? text(*answer) : "";
}
template <class A, class B>
std::string text(const std::pair<A, B>& cell) {
    return text(cell.first) + '(' + text(cell.second) + ')';
}
template <class List>
auto text(const List& list) -> decltype(list.begin(), list.size(), std::string()) {
    std::string result;
    bool is_first = true;
    for (const auto& item : list) {
        result += (is_first ? "" : ", ") + text(item);
        is_first = false;
    }
    return result;
}

// Asks in the first way that the solution has; what it has not it does not support.
template <class Database, class Way, class... Others>
std::string answer_of(Database& database, Way way, Others... others) {
    if constexpr (std::is_invocable_v<Way, Database&>) {
        if constexpr (std::is_void_v<std::invoke_result_t<Way, Database&>>) {
            way(database);
            return "";
        } else {
            return text(way(database));
        }
    } else if constexpr (sizeof...(others) > 0) {
        return answer_of(database, others...);
    } else {
        throw NotSupported("no method for it that takes these words");
    }
}

// A way to ask: a call of a method, if there is one.
#define WAY(...) [&](auto& database) -> decltype(database.__VA_ARGS__) { return database.__VA_ARGS__; }

// Calls the method for a query, which its operation and the number of its words tell.
template <class Database>
std::string call(Database& db, Words query) {
    const std::string form = query.at(0) + ' ' + std::to_string(query.size() - 1);
    query.resize(6);
    std::string &a = query[1], &b = query[2], &c = query[3];
    const Number n1(query[1]), n2(query[2]), n3(query[3]), n4(query[4]), n5(query[5]);
    if (form == "SET 3") return answer_of(db, WAY(set(a, b, c)));
    if (form == "GET 2") return answer_of(db, WAY(get(a, b)));
    if (form == "DELETE 2") return answer_of(db, WAY(remove(a, b)), WAY(del(a, b)), WAY(erase(a, b)));
    if (form == "SCAN 1") return answer_of(db, WAY(scan(a)));
    if (form == "SCAN_BY_PREFIX 2") return answer_of(db, WAY(scan_by_prefix(a, b)), WAY(scanByPrefix(a, b)));
    if (form == "SET_AT 4") {
        return answer_of(db, WAY(set_at(a, b, c, n4)), WAY(setAt(a, b, c, n4)), WAY(set_at(n4, a, b, c)),
                         WAY(setAt(n4, a, b, c)));
    }
    if (form == "SET_AT_WITH_TTL 5") {
        return answer_of(db, WAY(set_at_with_ttl(a, b, c, n4, n5)), WAY(setAtWithTtl(a, b, c, n4, n5)),
                         WAY(setAtWithTTL(a, b, c, n4, n5)), WAY(set_at_with_ttl(n4, a, b, c, n5)),
                         WAY(setAtWithTtl(n4, a, b, c, n5)), WAY(setAtWithTTL(n4, a, b, c, n5)));
    }
    if (form == "GET_AT 3") {
        return answer_of(db, WAY(get_at(a, b, n3)), WAY(getAt(a, b, n3)), WAY(get_at(n3, a, b)), WAY(getAt(n3, a, b)));
    }
    if (form == "DELETE_AT 3") {
        return answer_of(db, WAY(remove_at(a, b, n3)), WAY(delete_at(a, b, n3)), WAY(deleteAt(a, b, n3)),
                         WAY(removeAt(a, b, n3)), WAY(remove_at(n3, a, b)), WAY(delete_at(n3, a, b)),
                         WAY(deleteAt(n3, a, b)), WAY(removeAt(n3, a, b)));
    }
    if (form == "SCAN_AT 2") {
        return answer_of(db, WAY(scan_at(a, n2)), WAY(scanAt(a, n2)), WAY(scan_at(n2, a)), WAY(scanAt(n2, a)));
    }
    if (form == "SCAN_BY_PREFIX_AT 3") {
        return answer_of(db, WAY(scan_by_prefix_at(a, b, n3)), WAY(scanByPrefixAt(a, b, n3)),
                         WAY(scan_by_prefix_at(n3, a, b)), WAY(scanByPrefixAt(n3, a, b)));
    }
    if (form == "BACKUP 1") return answer_of(db, WAY(backup(n1)));
    if (form == "RESTORE 2") return answer_of(db, WAY(restore(n1, n2)));
    if (form == "TICK 1") return answer_of(db, WAY(tick(n1)));
    if (form == "PUT 2") return answer_of(db, WAY(put(a, b)));
    if (form == "PUT_WITH_TTL 3") return answer_of(db, WAY(put_with_ttl(a, b, n3)));
    if (form == "GET 1") return answer_of(db, WAY(get_own(a)));
    if (form == "DELETE 1") return answer_of(db, WAY(remove_record(a)));
    if (form == "EXISTS 1") return answer_of(db, WAY(exists_record(a)));
    if (form == "EXISTS 2") return answer_of(db, WAY(exists(a, b)));
    if (form == "KEYS 0") return answer_of(db, WAY(keys()));
    if (form == "VALUES 0") return answer_of(db, WAY(values()));
    if (form == "ITEMS 0") return answer_of(db, WAY(items()));
    if (form == "SIZE 0") return answer_of(db, WAY(size()));
    if (form == "FORGET 1") return answer_of(db, WAY(forget(n1)));
    if (form == "CLEAR 0") return answer_of(db, WAY(clear()));
    if (form == "EXPIRE 2") return answer_of(db, WAY(expire_record(a, n2)));
    if (form == "EXPIRE 3") return answer_of(db, WAY(expire(a, b, n3)));
    if (form == "TTL 1") return answer_of(db, WAY(ttl_of_record(a)));
    if (form == "TTL 2") return answer_of(db, WAY(ttl(a, b)));
    if (form == "PERSIST 1") return answer_of(db, WAY(persist_record(a)));
    if (form == "PERSIST 2") return answer_of(db, WAY(persist(a, b)));
    if (form == "APPEND 3") return answer_of(db, WAY(append(a, b, c)));
    if (form == "FIND 3") return answer_of(db, WAY(find(a, b, c)));
    if (form == "BEGIN 0") return answer_of(db, WAY(begin()));
    if (form == "COMMIT 0") return answer_of(db, WAY(commit()));
    if (form == "ROLLBACK 0") return answer_of(db, WAY(rollback()));
    if (form == "ALIAS 2") return answer_of(db, WAY(alias(a, b)));
    if (form == "ALIASES 0") return answer_of(db, WAY(aliases()));
    if (form == "RESET_ALIASES 0") return answer_of(db, WAY(reset_aliases()));
    throw NotSupported("no method for " + query[0] + " with so many words");
}

// What stands for a class where there is only a function.
struct NoClass {};

template <class T, class = void>
struct is_there : std::false_type {};
template <class T>
struct is_there<T, std::void_t<decltype(sizeof(T))>> : std::true_type {};

using Database = std::conditional_t<is_there<Solution>::value, Solution, NoClass>;
using Lists = std::vector<Words>;

// The one that answers a list: a method, or else a function; the last of them if there is neither.
template <class D>
auto answers_to(D& d, Lists& lists, int) -> decltype(d.solution(lists)) { return d.solution(lists); }
template <class D>
auto answers_to(D& d, Lists& lists, long) -> decltype(d.solve(lists)) { return d.solve(lists); }
template <class D, class L>
auto answers_to(D&, L& lists, long long) -> decltype(solution(lists)) { return solution(lists); }
struct None {};
template <class D>
None answers_to(D&, Lists&, ...) { return {}; }

template <class D>
using AnswersTo = decltype(answers_to(std::declval<D&>(), std::declval<Lists&>(), 0));
template <class D>
constexpr bool takes_list = !std::is_same_v<AnswersTo<D>, None>;

// The one that answers a query by its words: a method.
template <class D>
auto answer_to(D& d, Words& words, int) -> decltype(d.solution(words)) { return d.solution(words); }
template <class D>
auto answer_to(D& d, Words& words, long) -> decltype(d.query(words)) { return d.query(words); }
template <class D>
auto answer_to(D& d, Words& words, long long) -> decltype(d.process(words)) { return d.process(words); }
template <class D>
None answer_to(D&, Words&, ...) { return {}; }

template <class D>
constexpr bool takes_query =
    !takes_list<D> && !std::is_same_v<decltype(answer_to(std::declval<D&>(), std::declval<Words&>(), 0)), None>;

// Asks the one method, or the one of the operation.
template <class D>
std::string ask(D& database, Words& words) {
    if constexpr (takes_query<D>) return text(answer_to(database, words, 0));
    else return call(database, words);
}

// The lines of a text, which may end the last one or not.
Words lines(std::string_view text, std::size_t wanted) {
    Words lines;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    if (lines.size() == wanted + 1 && lines.back().empty()) lines.pop_back();
    return lines;
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

// The answers to all queries, of a new solution.
template <class D>
Words all_answers(Lists lists) {
    Words answers;
    if constexpr (takes_list<D>) {
        D fresh;
        const auto given = answers_to(fresh, lists, 0);
        if constexpr (std::is_convertible_v<decltype(given), std::string_view>) return lines(given, lists.size());
        else for (const auto& answer : given) answers.push_back(text(answer));
    }
    return answers;
}

class Server {
public:
    Server() {
        if (std::is_same_v<Database, NoClass> && !takes_list<Database>) {
            failure = "there is no class Solution in solution.hpp, and no function solution(queries)";
        }
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
            // Whoever speaks otherwise learns what is spoken here.
            if (request.kind == Json::List) return "{\"type\":\"hello_ok\",\"id\":null,\"protocol\":1}";
            const std::string& type = request["type"].text;
            if (const Json& given = request["id"]; given.kind == Json::Number) id = given.text;
            if (type == "bye") return "";
            if (!failure.empty()) return error(id, "load", failure);
            const std::string rest = result(type, request);
            return "{\"type\":" + in_quotes(type + "_ok") + ",\"id\":" + id + rest + "}";
        } catch (const std::exception& caught) {
            if (is_not_supported(caught)) return error(id, "not-supported", caught.what());
            return thrown(id, one_line(caught));
        } catch (...) {
            return thrown(id, "something that is no std::exception was thrown");
        }
    }

private:
    std::unique_ptr<Database> database;
    // The queries since the reset, of a solution that gets all of them.
    Lists past;
    std::string failure;
    // Other names of operations, as far as the solution has granted them. It is told each query by its own name.
    std::map<std::string, std::string> aliases;

    void reset() {
        database = std::make_unique<Database>();
        aliases.clear();
        past.clear();
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
        Words words = adapter::words(query);
        words[0] = operation;
        if constexpr (takes_list<Database>) {
            past.push_back(words);
            const Words answers = all_answers<Database>(past);
            if (answers.size() != past.size()) throw std::logic_error("another number of answers than of queries");
            return in_quotes(answers.back());
        }
        const std::string answer = ask(*database, words);
        if (operation == "ALIAS" && answer == "true") aliases[words[1]] = words[2];
        if (operation == "RESET_ALIASES") aliases.clear();
        return in_quotes(answer);
    }

    std::string result(const std::string& type, const Json& request) {
        if (type == "step") return ",\"answer\":" + answer(request["query"]);
        if (type == "list") {
            Words answers;
            if constexpr (takes_list<Database>) {
                const std::size_t begin = past.size();
                for (const Json& query : request["queries"].list()) past.push_back(words(query));
                const Words given = all_answers<Database>(past);
                for (std::size_t place = begin; place < given.size(); ++place) answers.push_back(in_quotes(given[place]));
                return ",\"answers\":" + list_of(answers);
            }
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
        return "{\"type\":\"error\",\"id\":" + id + ",\"code\":" + in_quotes(code) + ",\"text\":" + in_quotes(text) + "}";
    }
};

}  // namespace adapter

int main() {
    std::FILE* const requests = fdopen(dup(0), "r");
    std::FILE* const replies = fdopen(dup(1), "w");
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(2, 1);  // from here on, what the solution prints goes to standard error
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    adapter::Server server;
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
