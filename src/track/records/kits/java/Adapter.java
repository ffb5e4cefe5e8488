import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Connects your solution to {@code rewind judge}. You need not read this file, nor change it.
 *
 * <p>It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes a
 * class {@code Solution} with a method for each operation (setAt, set_at or SET_AT, timestamps last or first, as
 * numbers or as texts), or with one method for a list of queries ({@code String[] solution(String[][])} and the like)
 * or for a query. Answers may be texts, Optional, null, booleans, numbers, lists, arrays and maps.
 */
public final class Adapter {

    private Shape solution;
    /** Other names of operations, as far as the solution has granted them. It is told each query by its own name. */
    private final Map<String, String> aliases = new HashMap<>();
    private String failure;

    public static void main(String[] arguments) throws IOException {
        // Bytes as Latin-1, so that a line that is not UTF-8 can be told from the end of the input.
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));
        OutputStream replies = new BufferedOutputStream(ownOutput());
        takeOver();
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

    /** The output of the process, through a descriptor that the solution does not know. */
    private static OutputStream ownOutput() throws IOException {
        try {
            return new FileOutputStream("/dev/fd/1");
        } catch (IOException error) {
            return new FileOutputStream(FileDescriptor.out);
        }
    }

    /** Whoever writes to the descriptor itself writes to standard error, where the virtual machine allows that. */
    private static void takeOver() {
        System.setIn(InputStream.nullInputStream());
        try {
            Class<?> kind = Class.forName("sun.misc.Unsafe");
            var field = kind.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object unsafe = field.get(null);
            Object place = kind.getMethod("objectFieldOffset", java.lang.reflect.Field.class)
                .invoke(unsafe, FileDescriptor.class.getDeclaredField("fd"));
            kind.getMethod("putInt", Object.class, long.class, int.class).invoke(unsafe, FileDescriptor.out, place, 2);
        } catch (ReflectiveOperationException | RuntimeException error) {
            // Then only System.out is taken over.
        }
    }

    private Adapter() {
        try {
            solution = Shape.of(Solution.class);
        } catch (NoSolution error) {
            failure = error.getMessage();
        } catch (Throwable error) {
            failure = paragraph(error);
        }
    }

    /** The reply to a line, or null for the last one. */
    private Map<String, Object> reply(byte[] line) {
        Object id = null;
        try {
            Object read = Json.read(utf8(line));
            if (read instanceof List) {
                // Whoever speaks otherwise learns what is spoken here.
                return greeting();
            }
            Map<?, ?> request = (Map<?, ?>) read;
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
            Throwable cause = error instanceof InvocationTargetException ? error.getCause() : error;
            if (isNotSupported(cause)) {
                return error(id, "not-supported", oneLine(cause));
            }
            System.err.print(paragraph(cause));
            return error(id, "exception", oneLine(cause));
        }
    }

    private static Map<String, Object> greeting() {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("type", "hello_ok");
        reply.put("id", null);
        return reply;
    }

    /** Adds to a reply what belongs to a type of request. */
    private void fillIn(Map<String, Object> reply, String type, Map<?, ?> request) throws Exception {
        switch (String.valueOf(type)) {
            case "step":
                reply.put("answer", answer((List<?>) request.get("query")));
                break;
            case "list":
                reply.put("answers", answers((List<?>) request.get("queries")));
                break;
            case "reset":
                solution.reset();
                aliases.clear();
                break;
            case "hello":
                reply.put("protocol", 1);
                reply.put("name", "Solution (Java)");
                if (solution.note != null) {
                    reply.put("note", solution.note);
                }
                break;
            default:
                throw new IllegalArgumentException("no request of type " + type);
        }
    }

    private List<Object> answers(List<?> queries) throws Exception {
        List<Object> answers = new ArrayList<>();
        if (solution.takesAll) {
            String[][] words = new String[queries.size()][];
            for (int place = 0; place < words.length; place++) {
                words[place] = words((List<?>) queries.get(place));
            }
            answers.addAll(solution.all(words));
            return answers;
        }
        for (Object query : queries) {
            answers.add(answer((List<?>) query));
        }
        return answers;
    }

    /** The answer to a query, as JSON has it: a text, or a list of them to a query that is a list of queries. */
    private Object answer(List<?> query) throws Exception {
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
        String answer = solution.ask(words);
        if (operation.equals("ALIAS") && "true".equals(answer)) {
            aliases.put(words[1], words[2]);
        } else if (operation.equals("RESET_ALIASES")) {
            aliases.clear();
        }
        return answer;
    }

    /** The method for each form of query, and which of its words are times: a line each. */
    private static final String[] METHODS = {
        "set SET text text text",
        "get GET text text",
        "delete DELETE text text",
        "scan SCAN text",
        "scanByPrefix SCAN_BY_PREFIX text text",
        "setAt SET_AT text text text time",
        "setAtWithTtl SET_AT_WITH_TTL text text text time ttl",
        "getAt GET_AT text text time",
        "deleteAt DELETE_AT text text time",
        "scanAt SCAN_AT text time",
        "scanByPrefixAt SCAN_BY_PREFIX_AT text text time",
        "backup BACKUP time",
        "restore RESTORE time time",
        "tick TICK time",
        "put PUT text text",
        "putWithTtl PUT_WITH_TTL text text ttl",
        "getOwn GET text",
        "deleteRecord DELETE text",
        "existsRecord EXISTS text",
        "exists EXISTS text text",
        "keys KEYS",
        "values VALUES",
        "items ITEMS",
        "size SIZE",
        "clear CLEAR",
        "forget FORGET time",
        "expireRecord EXPIRE text ttl",
        "expire EXPIRE text text ttl",
        "ttlOfRecord TTL text",
        "ttl TTL text text",
        "persistRecord PERSIST text",
        "persist PERSIST text text",
        "append APPEND text text text",
        "find FIND text text text",
        "begin BEGIN",
        "commit COMMIT",
        "rollback ROLLBACK",
        "alias ALIAS text text",
        "aliases ALIASES",
        "resetAliases RESET_ALIASES",
    };

    /** Other names of methods, taken where the first one is missing: a line each, in small letters. */
    private static final String[] OTHER_NAMES = {
        "set put insert add write store",
        "get read fetch lookup",
        "delete remove del erase",
        "scan scanall scankey list",
        "scanbyprefix scanprefix scanwithprefix prefixscan filterbyprefix",
        "setat putat insertat addat writeat storeat",
        "setatwithttl setwithttl setatttl setttl putatwithttl putwithttl insertatwithttl insertwithttl",
        "getat readat fetchat lookupat",
        "deleteat removeat delat eraseat",
        "scanat scanallat scankeyat listat",
        "scanbyprefixat scanprefixat scanwithprefixat prefixscanat filterbyprefixat",
        "backup createbackup makebackup takebackup snapshot save",
        "restore restorebackup restorefrombackup restorefrom loadbackup",
    };

    /** There is no solution in the class. */
    private static final class NoSolution extends RuntimeException {
        NoSolution(String message) {
            super(message);
        }
    }

    /** How a class is asked. */
    private abstract static class Shape {
        final Class<?> kind;
        Object database;
        String note;
        /** Is it handed whole lists? */
        boolean takesAll;

        Shape(Class<?> kind) throws Exception {
            this.kind = kind;
            reset();
        }

        abstract String ask(String[] query) throws Exception;

        List<String> all(String[][] queries) throws Exception {
            throw new IllegalStateException();
        }

        void reset() throws Exception {
            try {
                Constructor<?> constructor = kind.getDeclaredConstructor();
                constructor.setAccessible(true);
                database = constructor.newInstance();
            } catch (NoSuchMethodException error) {
                throw new NoSolution(kind.getSimpleName() + " has no constructor without parameters");
            }
        }

        static Shape of(Class<?> kind) throws Exception {
            List<Method> methods = methodsOf(kind);
            boolean hasSet = methods.stream().anyMatch(method -> isCalled(method, "set"));
            if (hasSet) {
                return new Methods(kind, methods);
            }
            List<Method> listed = methods.stream().filter(OneMethod::takesList).collect(Collectors.toList());
            List<Method> open = methods.stream()
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getParameterCount() > 0)
                .filter(method -> !method.getName().equals("main"))
                .collect(Collectors.toList());
            List<Method> one = listed.size() == 1 ? listed : open.size() == 1 ? open : methods;
            if (one.size() != 1 || one.get(0).getParameterCount() == 0) {
                throw new NoSolution(kind.getSimpleName() + " has neither a method set nor one method for everything");
            }
            return new OneMethod(kind, one.get(0));
        }

        static List<Method> methodsOf(Class<?> kind) {
            Map<String, Method> methods = new LinkedHashMap<>();
            for (Class<?> level = kind; level != null && level != Object.class; level = level.getSuperclass()) {
                for (Method method : level.getDeclaredMethods()) {
                    if (!method.isSynthetic() && !Modifier.isPrivate(method.getModifiers())) {
                        method.setAccessible(true);
                        methods.putIfAbsent(method.getName() + Arrays.toString(method.getParameterTypes()), method);
                    }
                }
            }
            return new ArrayList<>(methods.values());
        }

        static boolean isCalled(Method method, String name) {
            return otherNames(name).contains(plain(method.getName()));
        }

        static List<String> otherNames(String name) {
            Stream<List<String>> lines = Arrays.stream(OTHER_NAMES).map(line -> List.of(line.split(" ")));
            return lines.filter(line -> line.get(0).equals(name)).findFirst().orElse(List.of(name));
        }
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "");
    }

    /** A class with a method for each operation. */
    private static final class Methods extends Shape {
        /** What tells whether timestamps stand first or last: each query, and its answer if one is asked for. */
        private static final String[][] PROBE = {
            {"SET_AT K F V 1", null}, {"GET_AT K F 2", "V"}, {"SCAN_AT K 3", "F(V)"},
            {"SCAN_BY_PREFIX_AT K F 4", "F(V)"}, {"DELETE_AT K F 5", "true"},
        };

        private final List<Method> methods;
        private Map<String, Call> calls;

        Methods(Class<?> kind, List<Method> methods) throws Exception {
            super(kind);
            this.methods = methods;
            calls = callsIn(false);
            decide();
        }

        @Override
        String ask(String[] query) throws Exception {
            Call call = calls.get(query[0] + " " + (query.length - 1));
            if (call == null) {
                throw new NotSupported("no method for " + String.join(" ", query));
            }
            return Answers.text(call.method.invoke(database, call.arguments(query)));
        }

        /** Types mostly tell where timestamps are; where all are texts names and a probe do, once for the class. */
        private void decide() throws Exception {
            List<Call> timed = calls.values().stream().filter(Call::isTimed).collect(Collectors.toList());
            List<Call> open = timed.stream().filter(Call::isOpen).collect(Collectors.toList());
            boolean mayBeFirst = open.stream().anyMatch(call -> call.names() == null || call.isNamedFirst());
            if (mayBeFirst && !isRight()) {
                calls = callsIn(true);
                boolean isNamed = open.stream().allMatch(Call::isNamedFirst);
                if (!isRight() && !isNamed) {
                    calls = callsIn(false);
                }
            }
            Stream<Call> decided = calls.values().stream().filter(Call::isTimed);
            if (!timed.isEmpty() && decided.allMatch(Call::isFirst)) {
                note = "timestamps come first, as " + kind.getSimpleName() + " has them";
            }
            reset();
        }

        private boolean isRight() throws Exception {
            reset();
            int held = 0;
            try {
                for (String[] row : PROBE) {
                    String[] query = row[0].split(" ");
                    if (calls.containsKey(query[0] + " " + (query.length - 1))) {
                        String answer = ask(query);
                        if (row[1] != null && !row[1].equals(answer)) {
                            return false;
                        }
                        held += row[1] == null ? 0 : 1;
                    }
                }
            } catch (InvocationTargetException | RuntimeException error) {
                return false;
            }
            return held > 0;
        }

        private Map<String, Call> callsIn(boolean areFirst) {
            Map<String, Call> calls = new HashMap<>();
            Arrays.stream(METHODS).forEach(line -> {
                String[] words = line.split(" ");
                String[] kinds = Arrays.copyOfRange(words, 2, words.length);
                find(plain(words[0]), kinds).ifPresent(method ->
                    calls.put(words[1] + " " + kinds.length, new Call(method, kinds, areFirst)));
            });
            return calls;
        }

        /** The method that has a name, or else another name, and takes as many words. */
        private Optional<Method> find(String called, String[] kinds) {
            List<String> names = otherNames(called);
            return methods.stream()
                .filter(method -> names.contains(plain(method.getName())) && method.getParameterCount() == kinds.length)
                .min(Comparator.comparing(method -> names.indexOf(plain(method.getName()))));
        }
    }

    /** A method, and where each of its arguments comes from. */
    private static final class Call {
        final Method method;
        /** Of each word of the query, behind the operation: text, time or ttl. */
        final String[] words;
        /** Of each parameter the word of the query. */
        final int[] order;

        Call(Method method, String[] words, boolean areFirst) {
            this.method = method;
            this.words = words;
            List<Integer> texts = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            for (int place = 0; place < words.length; place++) {
                (words[place].equals("text") ? texts : numbers).add(place + 1);
            }
            order = new int[words.length];
            if (isOpen()) {
                // Two texts, or two timestamps, never change places.
                List<Integer> all = new ArrayList<>(texts);
                all.addAll(areFirst && isTimed() ? 0 : all.size(), numbers.subList(0, Math.min(1, numbers.size())));
                all.addAll(numbers.subList(Math.min(1, numbers.size()), numbers.size()));
                for (int place = 0; place < order.length; place++) {
                    order[place] = all.get(place);
                }
            } else {
                for (int place = 0; place < order.length; place++) {
                    order[place] = (isNumber(place) ? numbers : texts).remove(0);
                }
            }
        }

        /** Has it a timestamp that could stand first or last? */
        boolean isTimed() {
            List<String> kinds = List.of(words);
            return kinds.contains("time") && kinds.contains("text");
        }

        /** Does the timestamp come first? */
        boolean isFirst() {
            return words[order[0] - 1].equals("time");
        }

        /** Do the types not tell which parameters are times? */
        boolean isOpen() {
            long numbers = Arrays.stream(words).filter(kind -> !kind.equals("text")).count();
            int found = 0;
            for (int place = 0; place < words.length; place++) {
                found += isNumber(place) ? 1 : 0;
            }
            return found != numbers;
        }

        private boolean isNumber(int place) {
            Class<?> type = method.getParameterTypes()[place];
            return type.isPrimitive() || Number.class.isAssignableFrom(type);
        }

        /** The names of the parameters in small letters, if the class was compiled with them. */
        List<String> names() {
            Parameter[] parameters = method.getParameters();
            boolean areThere = parameters.length == 0 || parameters[0].isNamePresent();
            Stream<String> names = Arrays.stream(parameters).map(parameter -> plain(parameter.getName()));
            return areThere ? names.collect(Collectors.toList()) : null;
        }

        boolean isNamedFirst() {
            List<String> names = names();
            return names != null && names.get(0).matches(".*(time|stamp|now|clock|moment).*|at|ts|t|when");
        }

        Object[] arguments(String[] query) {
            Object[] arguments = new Object[order.length];
            for (int place = 0; place < order.length; place++) {
                arguments[place] = Answers.argument(query[order[place]], method.getParameterTypes()[place]);
            }
            return arguments;
        }
    }

    /** A class with one method, for all queries or for one of them. */
    private static final class OneMethod extends Shape {
        private final Method method;
        /** The queries since the reset, where it is asked for one more. */
        private final List<String[]> past = new ArrayList<>();

        OneMethod(Class<?> kind, Method method) throws Exception {
            super(kind);
            this.method = method;
            takesAll = takesList(method);
        }

        static boolean takesList(Method method) {
            String first = method.getParameterCount() == 1 ? method.getGenericParameterTypes()[0].getTypeName() : "";
            return first.equals("java.lang.String[][]")
                || first.matches(".*(List|Collection|Iterable)<.*(List<|\\[\\]).*")
                || first.matches("java\\.util\\.List<.*>\\[\\]");
        }

        @Override
        void reset() throws Exception {
            super.reset();
            if (past != null) {
                past.clear();
            }
        }

        @Override
        String ask(String[] query) throws Exception {
            if (takesAll) {
                past.add(query);
                List<String> answers = answersTo(past.toArray(new String[0][]));
                return answers.size() == past.size() ? answers.get(past.size() - 1) : miscounted(answers.size());
            }
            Class<?>[] types = method.getParameterTypes();
            Object[] arguments = types.length == 1
                ? new Object[] {wordsAs(query, types[0])}
                : new Object[] {query[0], wordsAs(Arrays.copyOfRange(query, 1, query.length), types[1])};
            return Answers.text(method.invoke(database, arguments));
        }

        private String miscounted(int count) {
            throw new IllegalStateException(count + " answers for " + past.size() + " queries");
        }

        @Override
        List<String> all(String[][] queries) throws Exception {
            int begin = past.size();
            past.addAll(Arrays.asList(queries));
            List<String> answers = answersTo(past.toArray(new String[0][]));
            return answers.subList(Math.min(begin, answers.size()), answers.size());
        }

        private List<String> answersTo(String[][] queries) throws Exception {
            String type = method.getGenericParameterTypes()[0].getTypeName();
            Object argument;
            if (type.equals("java.lang.String[][]")) {
                argument = Arrays.stream(queries).map(String[]::clone).toArray(String[][]::new);
            } else if (type.endsWith("[]")) {
                argument = Arrays.stream(queries).map(query -> new ArrayList<>(List.of(query))).toArray(List[]::new);
            } else if (type.contains("[]")) {
                argument = new ArrayList<>(Arrays.asList(queries));
            } else {
                List<List<String>> lists = new ArrayList<>();
                Arrays.stream(queries).forEach(query -> lists.add(new ArrayList<>(List.of(query))));
                argument = lists;
            }
            Object fresh = Modifier.isStatic(method.getModifiers()) ? null : fresh();
            Object answers = method.invoke(fresh, argument);
            if (answers == null) {
                throw new IllegalStateException(method.getName() + " returned null, not a list");
            }
            return Answers.items(answers).stream().map(Answers::text).collect(Collectors.toList());
        }

        /** A list begins with an empty solution each time that it is run. */
        private Object fresh() throws Exception {
            Constructor<?> constructor = kind.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        }

        private static Object wordsAs(String[] words, Class<?> type) {
            if (type == String.class) {
                return String.join(" ", words);
            }
            return type.isArray() ? words : new ArrayList<>(List.of(words));
        }
    }

    /** An operation without a method. */
    private static final class NotSupported extends UnsupportedOperationException {
        NotSupported(String message) {
            super(message);
        }
    }

    /** From words to arguments, and from whatever a solution returns to the exercise's texts. */
    private static final class Answers {
        static Object argument(String word, Class<?> type) {
            if (type == long.class || type == Long.class) {
                return Long.parseUnsignedLong(word);
            }
            if (type == int.class || type == Integer.class) {
                return Integer.parseInt(word);
            }
            if (type == double.class || type == Double.class) {
                return Double.valueOf(word);
            }
            if (type == BigInteger.class) {
                return new BigInteger(word);
            }
            return word;
        }

        static String text(Object answer) {
            try {
                if (answer == null) {
                    return "";
                } else if (answer instanceof Optional) {
                    return text(((Optional<?>) answer).orElse(null));
                } else if (answer instanceof OptionalInt) {
                    OptionalInt number = (OptionalInt) answer;
                    return number.isPresent() ? String.valueOf(number.getAsInt()) : "";
                } else if (answer instanceof OptionalLong) {
                    OptionalLong number = (OptionalLong) answer;
                    return number.isPresent() ? String.valueOf(number.getAsLong()) : "";
                } else if (answer instanceof Future) {
                    return text(((Future<?>) answer).get());
                } else if (answer instanceof Double && (Double) answer == Math.rint((Double) answer)) {
                    return String.valueOf(((Double) answer).longValue());
                } else if (answer instanceof Map) {
                    Stream<? extends Map.Entry<?, ?>> entries = ((Map<?, ?>) answer).entrySet().stream();
                    return entries.map(Answers::part).collect(Collectors.joining(", "));
                } else if (answer instanceof Collection || answer instanceof Object[] || answer instanceof Stream) {
                    return items(answer).stream().map(Answers::part).collect(Collectors.joining(", "));
                }
                return answer.toString();
            } catch (InterruptedException | java.util.concurrent.ExecutionException error) {
                throw new IllegalStateException(error.getCause() == null ? error : error.getCause());
            }
        }

        static List<?> items(Object answer) {
            return answer instanceof Collection ? new ArrayList<>((Collection<?>) answer)
                : answer instanceof Stream ? ((Stream<?>) answer).collect(Collectors.toList())
                : Arrays.asList((Object[]) answer);
        }

        /** A part of a list: a text, or a field and its value. */
        private static String part(Object item) {
            if (item instanceof Map.Entry) {
                return text(((Map.Entry<?, ?>) item).getKey()) + "(" + text(((Map.Entry<?, ?>) item).getValue()) + ")";
            }
            boolean isPair = item instanceof List && ((List<?>) item).size() == 2
                || item instanceof Object[] && ((Object[]) item).length == 2;
            return isPair ? text(items(item).get(0)) + "(" + text(items(item).get(1)) + ")" : text(item);
        }
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
            && error.getStackTrace().length > 0
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

    /** What Java says of an error, with its place, without the adapter's and Java's own part of the way. */
    private static String paragraph(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null
            && (cause instanceof InvocationTargetException || cause instanceof ExceptionInInitializerError)) {
            cause = cause.getCause();
        }
        StringBuilder text = new StringBuilder(String.valueOf(cause)).append('\n');
        for (StackTraceElement place : cause.getStackTrace()) {
            boolean isOurs = place.getClassName().startsWith("Adapter") || place.getClassName().contains(".reflect.");
            if (!isOurs && text.length() < 4000) {
                text.append("    at ").append(place).append('\n');
            }
        }
        return text.toString();
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

        /** The next sign that is no space, without taking it; 0 at the end. */
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
