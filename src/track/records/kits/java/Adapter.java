import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Connects your solution to {@code rewind judge}. You need not read this file, nor change it.
 *
 * <p>It reads requests from standard input and writes replies to standard output, one JSON object a line.
 */
public final class Adapter {

    private Solution database;
    /** Other names of operations, as far as the solution has granted them. It is told each query by its own name. */
    private final Map<String, String> aliases = new HashMap<>();
    private String failure;

    public static void main(String[] arguments) throws IOException {
        // Bytes as Latin-1, so that a line that is not UTF-8 can be told from the end of the input.
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));
        OutputStream replies = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
        System.setIn(InputStream.nullInputStream());
        System.setOut(System.err); // from here on, what the solution prints goes to standard error
        Adapter adapter = new Adapter();
        for (String line; (line = requests.readLine()) != null; ) {
            Map<String, Object> reply = adapter.reply(line.getBytes(StandardCharsets.ISO_8859_1));
            if (reply == null) {
                break;
            }
            replies.write(Json.write(reply).append('\n').toString().getBytes(StandardCharsets.UTF_8));
            replies.flush();
        }
        System.exit(0); // also if a thread of the solution is still busy
    }

    private Adapter() {
        try {
            database = new Solution();
        } catch (Throwable error) {
            error.printStackTrace();
            failure = oneLine(error);
        }
    }

    /** The reply to a line, or null for the last one. */
    private Map<String, Object> reply(byte[] line) {
        Object id = null;
        try {
            Map<?, ?> request = (Map<?, ?>) Json.read(utf8(line));
            id = request.get("id");
            String type = (String) request.get("type");
            if ("bye".equals(type)) {
                return null;
            }
            if (failure != null) {
                return error(id, "load", failure);
            }
            Map<String, Object> reply = new LinkedHashMap<>();
            reply.put("type", type + "_ok");
            reply.put("id", id);
            fillIn(reply, type, request);
            return reply;
        } catch (Throwable error) {
            if (isNotSupported(error)) {
                return error(id, "not-supported", oneLine(error));
            }
            error.printStackTrace();
            return error(id, "exception", oneLine(error));
        }
    }

    /** Adds to a reply what belongs to a type of request. */
    private void fillIn(Map<String, Object> reply, String type, Map<?, ?> request) {
        switch (String.valueOf(type)) {
            case "step":
                reply.put("answer", answer((List<?>) request.get("query")));
                break;
            case "list":
                List<Object> answers = new ArrayList<>();
                for (Object query : (List<?>) request.get("queries")) {
                    answers.add(answer((List<?>) query));
                }
                reply.put("answers", answers);
                break;
            case "reset":
                database = new Solution();
                aliases.clear();
                break;
            case "hello":
                reply.put("protocol", 1);
                reply.put("name", "Solution (Java)");
                break;
            default:
                throw new IllegalArgumentException("no request of type " + type);
        }
    }

    /** The answer to a query, as JSON has it: a text, or a list of them to a query that is a list of queries. */
    private Object answer(List<?> query) {
        String name = word(query.get(0));
        String operation = aliases.getOrDefault(name, name);
        if (operation.equals("BATCH")) {
            List<Object> answers = new ArrayList<>();
            for (Object inner : query.subList(1, query.size())) {
                answers.add(answer((List<?>) inner));
            }
            return answers;
        }
        String[] words = words(query);
        words[0] = operation;
        String answer = call(database, words);
        if (operation.equals("ALIAS") && "true".equals(answer)) {
            aliases.put(words[1], words[2]);
        } else if (operation.equals("RESET_ALIASES")) {
            aliases.clear();
        }
        return answer == null ? "" : answer;
    }

    /** Calls the method for a query, which its operation and the number of its words tell. */
    private static String call(Solution database, String[] query) {
        switch (query[0] + " " + (query.length - 1)) {
            case "SET 3":
                return database.set(query[1], query[2], query[3]);
            case "GET 2":
                return database.get(query[1], query[2]);
            case "DELETE 2":
                return database.delete(query[1], query[2]);
            case "SCAN 1":
                return database.scan(query[1]);
            case "SCAN_BY_PREFIX 2":
                return database.scanByPrefix(query[1], query[2]);
            case "SET_AT 4":
                return database.setAt(query[1], query[2], query[3], number(query[4]));
            case "SET_AT_WITH_TTL 5":
                return database.setAtWithTtl(query[1], query[2], query[3], number(query[4]), number(query[5]));
            case "GET_AT 3":
                return database.getAt(query[1], query[2], number(query[3]));
            case "DELETE_AT 3":
                return database.deleteAt(query[1], query[2], number(query[3]));
            case "SCAN_AT 2":
                return database.scanAt(query[1], number(query[2]));
            case "SCAN_BY_PREFIX_AT 3":
                return database.scanByPrefixAt(query[1], query[2], number(query[3]));
            case "BACKUP 1":
                return database.backup(number(query[1]));
            case "RESTORE 2":
                return database.restore(number(query[1]), number(query[2]));
            case "TICK 1":
                return database.tick(number(query[1]));
            case "PUT 2":
                return database.put(query[1], query[2]);
            case "PUT_WITH_TTL 3":
                return database.putWithTtl(query[1], query[2], number(query[3]));
            case "GET 1":
                return database.getOwn(query[1]);
            case "DELETE 1":
                return database.deleteRecord(query[1]);
            case "EXISTS 1":
                return database.existsRecord(query[1]);
            case "EXISTS 2":
                return database.exists(query[1], query[2]);
            case "KEYS 0":
                return database.keys();
            case "VALUES 0":
                return database.values();
            case "ITEMS 0":
                return database.items();
            case "SIZE 0":
                return database.size();
            case "CLEAR 0":
                return database.clear();
            case "EXPIRE 2":
                return database.expireRecord(query[1], number(query[2]));
            case "EXPIRE 3":
                return database.expire(query[1], query[2], number(query[3]));
            case "TTL 1":
                return database.ttlOfRecord(query[1]);
            case "TTL 2":
                return database.ttl(query[1], query[2]);
            case "PERSIST 1":
                return database.persistRecord(query[1]);
            case "PERSIST 2":
                return database.persist(query[1], query[2]);
            case "APPEND 3":
                return database.append(query[1], query[2], query[3]);
            case "FIND 3":
                return database.find(query[1], query[2], query[3]);
            case "BEGIN 0":
                return database.begin();
            case "COMMIT 0":
                return database.commit();
            case "ROLLBACK 0":
                return database.rollback();
            case "ALIAS 2":
                return database.alias(query[1], query[2]);
            case "ALIASES 0":
                return database.aliases();
            case "RESET_ALIASES 0":
                return database.resetAliases();
            default:
                throw new UnsupportedOperationException("no method for " + String.join(" ", query));
        }
    }

    private static long number(String word) {
        return Long.parseUnsignedLong(word);
    }

    /** The words of a query: texts, or integers, which stand for their digits. */
    private static String[] words(List<?> words) {
        String[] texts = new String[words.size()];
        for (int place = 0; place < texts.length; place++) {
            texts[place] = word(words.get(place));
        }
        return texts;
    }

    private static String word(Object word) {
        return word instanceof BigDecimal ? word.toString() : (String) word;
    }

    /** Tells a method that is not filled in from an unmodifiable list of the library, which throws the same. */
    private static boolean isNotSupported(Throwable error) {
        return error instanceof UnsupportedOperationException
            && !error.getStackTrace()[0].getClassName().startsWith("java.");
    }

    private static Map<String, Object> error(Object id, String code, String text) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("type", "error");
        reply.put("id", id);
        reply.put("code", code);
        reply.put("text", text);
        return reply;
    }

    private static String oneLine(Throwable error) {
        String message = error.getMessage() == null ? "" : ": " + error.getMessage();
        return (error.getClass().getSimpleName() + message).replaceAll("\\s+", " ").trim();
    }

    private static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    /** Reads and writes JSON: maps, lists, strings, BigDecimals, booleans and null. */
    private static final class Json {
        private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        private static final int DEEPEST = 64;

        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            Json json = new Json(text);
            Object value = json.value(0);
            json.next();
            if (json.at < text.length()) {
                throw json.wrong();
            }
            return value;
        }

        private Object value(int depth) {
            if (depth > DEEPEST) {
                throw wrong();
            }
            switch (next()) {
                case '{':
                    return object(depth);
                case '[':
                    return list(depth);
                case '"':
                    return string();
                case 't':
                    return literal("true", true);
                case 'f':
                    return literal("false", false);
                case 'n':
                    return literal("null", null);
                default:
                    return number();
            }
        }

        private Map<String, Object> object(int depth) {
            Map<String, Object> object = new LinkedHashMap<>();
            expect('{');
            while (next() != '}') {
                if (!object.isEmpty()) {
                    expect(',');
                }
                String name = string();
                expect(':');
                object.put(name, value(depth + 1));
            }
            at++;
            return object;
        }

        private List<Object> list(int depth) {
            List<Object> list = new ArrayList<>();
            expect('[');
            while (next() != ']') {
                if (!list.isEmpty()) {
                    expect(',');
                }
                list.add(value(depth + 1));
            }
            at++;
            return list;
        }

        private String string() {
            expect('"');
            int begin = at;
            StringBuilder escaped = null;
            while (true) {
                char sign = sign();
                if (sign == '"') {
                    String rest = text.substring(begin, at - 1);
                    return escaped == null ? rest : escaped.append(rest).toString();
                }
                if (sign < ' ') {
                    throw wrong();
                }
                if (sign == '\\') {
                    escaped = escaped == null ? new StringBuilder() : escaped;
                    escaped.append(text, begin, at - 1).appendCodePoint(escape());
                    begin = at;
                }
            }
        }

        private int escape() {
            char sign = sign();
            int place = "\"\\/bfnrt".indexOf(sign);
            if (place >= 0) {
                return "\"\\/\b\f\n\r\t".charAt(place);
            }
            if (sign != 'u') {
                throw wrong();
            }
            int unit = hex4();
            if (unit < 0xD800 || unit > 0xDFFF) {
                return unit;
            }
            if (unit > 0xDBFF || sign() != '\\' || sign() != 'u') {
                throw wrong();
            }
            int low = hex4();
            if (low < 0xDC00 || low > 0xDFFF) {
                throw wrong();
            }
            return Character.toCodePoint((char) unit, (char) low);
        }

        private int hex4() {
            int unit = 0;
            for (int place = 0; place < 4; place++) {
                char sign = sign();
                int digit = sign < 128 ? Character.digit(sign, 16) : -1;
                if (digit < 0) {
                    throw wrong();
                }
                unit = unit * 16 + digit;
            }
            return unit;
        }

        private BigDecimal number() {
            Matcher number = NUMBER.matcher(text).region(at, text.length());
            if (!number.lookingAt()) {
                throw wrong();
            }
            at = number.end();
            return new BigDecimal(number.group());
        }

        private Object literal(String name, Object value) {
            if (!text.startsWith(name, at)) {
                throw wrong();
            }
            at += name.length();
            return value;
        }

        /** The next sign that is no blank, without taking it; 0 at the end. */
        private char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void expect(char sign) {
            if (next() != sign) {
                throw wrong();
            }
            at++;
        }

        private char sign() {
            if (at == text.length()) {
                throw wrong();
            }
            return text.charAt(at++);
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException("not JSON at character " + (at + 1));
        }

        static StringBuilder write(Object value) {
            StringBuilder out = new StringBuilder();
            write(out, value);
            return out;
        }

        private static void write(StringBuilder out, Object value) {
            if (value instanceof String) {
                writeString(out, (String) value);
            } else if (value instanceof List) {
                String between = "[";
                for (Object item : (List<?>) value) {
                    write(out.append(between), item);
                    between = ",";
                }
                out.append(((List<?>) value).isEmpty() ? "[]" : "]");
            } else if (value instanceof Map) {
                String between = "{";
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    writeString(out.append(between), (String) entry.getKey());
                    write(out.append(':'), entry.getValue());
                    between = ",";
                }
                out.append(((Map<?, ?>) value).isEmpty() ? "{}" : "}");
            } else {
                out.append(value);
            }
        }

        private static void writeString(StringBuilder out, String text) {
            out.append('"');
            for (int place = 0; place < text.length(); place++) {
                char sign = text.charAt(place);
                if (sign == '"' || sign == '\\') {
                    out.append('\\').append(sign);
                } else if (sign < ' ') {
                    out.append(String.format("\\u%04x", (int) sign));
                } else {
                    out.append(sign);
                }
            }
            out.append('"');
        }
    }
}
