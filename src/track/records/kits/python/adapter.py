"""Connects a solution to `rewind judge`. You need not read this file, nor change it.

    python3 adapter.py [solution.py]

It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes
a class with a method for each operation (set_at or setAt, parameters in any order, known by their names), or
a function `solution(queries)` that gets lists of words and returns all answers.
"""

import copy
import importlib.util
import inspect
import json
import os
import re
import sys

# The method for each form of query, and the words of the query. Two forms of one operation, told apart by how many
# words they take, have a method each.
METHODS = {
    "set": ["SET", "key", "field", "value"],
    "get": ["GET", "key", "field"],
    "delete": ["DELETE", "key", "field"],
    "scan": ["SCAN", "key"],
    "scan_by_prefix": ["SCAN_BY_PREFIX", "key", "prefix"],
    "set_at": ["SET_AT", "key", "field", "value", "timestamp"],
    "set_at_with_ttl": ["SET_AT_WITH_TTL", "key", "field", "value", "timestamp", "ttl"],
    "get_at": ["GET_AT", "key", "field", "timestamp"],
    "delete_at": ["DELETE_AT", "key", "field", "timestamp"],
    "scan_at": ["SCAN_AT", "key", "timestamp"],
    "scan_by_prefix_at": ["SCAN_BY_PREFIX_AT", "key", "prefix", "timestamp"],
    "backup": ["BACKUP", "timestamp"],
    "restore": ["RESTORE", "timestamp", "timestamp_to_restore"],
    # Level 5
    "tick": ["TICK", "timestamp"],
    "put": ["PUT", "key", "value"],
    "put_with_ttl": ["PUT_WITH_TTL", "key", "value", "ttl"],
    "get_own": ["GET", "key"],
    "delete_record": ["DELETE", "key"],
    "exists_record": ["EXISTS", "key"],
    "exists": ["EXISTS", "key", "field"],
    "keys": ["KEYS"],
    "values": ["VALUES"],
    "items": ["ITEMS"],
    "size": ["SIZE"],
    "clear": ["CLEAR"],
    "expire_record": ["EXPIRE", "key", "ttl"],
    "expire": ["EXPIRE", "key", "field", "ttl"],
    "ttl_of_record": ["TTL", "key"],
    "ttl": ["TTL", "key", "field"],
    "persist_record": ["PERSIST", "key"],
    "persist": ["PERSIST", "key", "field"],
    "append": ["APPEND", "key", "field", "item"],
    "find": ["FIND", "what", "how", "pattern"],
    # Level 6
    "begin": ["BEGIN"],
    "commit": ["COMMIT"],
    "rollback": ["ROLLBACK"],
    "alias": ["ALIAS", "name", "operation"],
    "aliases": ["ALIASES"],
    "reset_aliases": ["RESET_ALIASES"],
}

# How solutions call these words, in small letters without underscores. The first that fits decides, so
# `time_to_live` is a ttl and `field_prefix` a prefix.
NAMES = {
    "ttl": r"ttl|live|life|duration|expir",
    "timestamp_to_restore": r"restore|target|backup|snapshot|^to",
    "timestamp": r"time|stamp|now|clock|^(at|ts|t|when)$",
    "prefix": r"prefix|start|^p$",
    "value": r"val|data|content|^v$",
    "item": r"item|elem|val|^(i|v)$",
    "operation": r"operation|command|target|^op",
    "pattern": r"pattern|regex|text|search|^p$",
    "what": r"what|where|kind|scope",
    "how": r"how|mode|match|operator",
    "field": r"field|sub|inner|column|attr|prop|^f$",
    "name": r"name|alias|short",
    "key": r"key|record|name|^(id|k)$",
}
NUMBERS = {"timestamp", "timestamp_to_restore", "ttl"}


# From a method's parameters to a call


def word_meant(parameter, words):
    """The word that a parameter's name tells of, or None."""
    name = parameter.name.lower().replace("_", "")
    return next((word for word, names in NAMES.items() if word in words and re.search(names, name)), None)


def match(parameters, words):
    """Gives each word its parameter: by name where exactly one name tells of it, the others in their order."""
    meant = [word_meant(parameter, words) for parameter in parameters]
    by_name = {p.name: word for p, word in zip(parameters, meant) if word and meant.count(word) == 1}
    open_words = [word for word in words if word not in by_name.values()]
    open_parameters = [p for p in parameters if p.name not in by_name]
    open_parameters.sort(key=lambda parameter: parameter.default is not parameter.empty)
    for parameter in open_parameters[: len(open_words)]:
        by_name[parameter.name] = open_words.pop(0)
    return by_name, open_words


def reader(word, annotation=None):
    """The function that makes an argument of a word: times and ttls are numbers, unless the solution says str."""
    kind = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    wants_int, wants_text = re.search(r"\bint\b", kind), re.search(r"\bstr\b", kind)
    if word in NUMBERS:
        return str if wants_text and not wants_int else int
    if word == "value" and wants_int and not wants_text:
        return lambda text: int(text) if re.fullmatch("0|[1-9][0-9]*", text) else text
    return str


def plan(method, words):
    """Which argument is made of which word: (place in the query, reader) in order, and some by their names."""
    parameters = list(inspect.signature(method).parameters.values())
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    by_name, surplus = match(named, words[1:])
    in_order, by_keyword = [], {}
    for parameter in named:
        word = by_name.get(parameter.name)
        if word is None:
            continue
        argument = (words.index(word), reader(word, parameter.annotation))
        if parameter.kind is not parameter.KEYWORD_ONLY and parameter is named[len(in_order)]:
            in_order.append(argument)
        else:
            by_keyword[parameter.name] = argument
    in_order += [(words.index(word), reader(word)) for word in surplus]  # for *args; else Python objects
    return in_order, by_keyword


def is_filled_in(method):
    """False for a method that does nothing but raise NotImplementedError."""
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return code is None or code.co_names != ("NotImplementedError",)


# The two shapes of a solution


class Aliases:
    """Other names of operations, as far as the solution has granted them. It is told each query by its own name."""

    def __init__(self):
        self.operations = {}

    def operation(self, query):
        return self.operations.get(query[0], query[0])

    def learn(self, query, answer):
        if query[0] == "ALIAS" and answer == "true":
            self.operations[query[1]] = query[2]
        elif query[0] == "RESET_ALIASES":
            self.operations.clear()


class ClassSolution:
    """A class with a method for each operation."""

    def __init__(self, kind):
        self.kind, self.name = kind, kind.__name__
        self.reset()
        methods = {name.lower().replace("_", ""): name for name in dir(self.database) if name[0] != "_"}
        self.calls = {}
        for called, words in METHODS.items():
            name = methods.get(called.replace("_", ""))
            method = getattr(self.database, name) if name else None
            if callable(method) and is_filled_in(method):
                self.calls[words[0], len(words)] = (name, *plan(method, words))

    def reset(self):
        self.database, self.aliases = self.kind(), Aliases()

    def answer(self, query):
        query = [self.aliases.operation(query), *query[1:]]
        if query[0] == "BATCH":
            return self.answers(query[1:])
        answer = self.call(query)
        self.aliases.learn(query, answer)
        return answer

    def call(self, query):
        call = self.calls.get((query[0], len(query)))
        if call is None:
            raise NotImplementedError(f"{self.name} {lack(query)}")
        name, in_order, by_keyword = call
        arguments = [read(query[place]) for place, read in in_order]
        if not by_keyword:
            return text(getattr(self.database, name)(*arguments))
        keywords = {parameter: read(query[place]) for parameter, (place, read) in by_keyword.items()}
        return text(getattr(self.database, name)(*arguments, **keywords))

    def answers(self, queries):
        return [self.answer(query) for query in queries]


def lack(query):
    """What is missing for a query."""
    for name, words in METHODS.items():
        if words[0] == query[0] and len(words) == len(query):
            return f"has no method {name} for {query[0]}, or an empty one"
    return f"knows no {query[0]} with {len(query) - 1} words"


class FunctionSolution:
    """A function that gets all queries at once: for one more query, all since the reset are run again."""

    def __init__(self, function):
        self.function, self.name = function, function.__name__
        self.reset()

    def reset(self):
        self.past, self.aliases = [], Aliases()

    def answer(self, query):
        answers = self.answers([query])
        if len(answers) != 1:
            raise ValueError(f"{len(answers) + len(self.past) - 1} answers for {len(self.past)} queries")
        return answers[0]

    def answers(self, queries):
        queries = [[as_words(word) for word in query] for query in queries]
        answers = self.function(copy.deepcopy(self.past + queries))
        if answers is None or isinstance(answers, (str, dict)):
            raise TypeError(f"solution(queries) returned {type(answers).__name__}, not a list")
        answers = list(answers)[len(self.past) :]
        self.past += queries
        # Of too many answers the judge knows what to say.
        queries += [[""]] * (len(answers) - len(queries))
        return [self.told(query, answer) for query, answer in zip(queries, answers)]

    def told(self, query, answer):
        """An answer as it is told: that of a BATCH is a list of texts."""
        query = [self.aliases.operation(query), *query[1:]]
        if query[0] == "BATCH" and isinstance(answer, (list, tuple)):
            return [text(part) for part in answer]
        self.aliases.learn(query, text(answer))
        return text(answer)


def as_words(word):
    """A word of a query, or a query that stands in it."""
    return [str(part) for part in word] if isinstance(word, list) else str(word)


def text(answer):
    """The exercise's text for whatever a solution returns."""
    if isinstance(answer, str):
        return answer
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    if isinstance(answer, dict):
        answer = answer.items()
    elif not isinstance(answer, (list, tuple)):
        return str(answer)
    return ", ".join(map(part, answer))


def part(item):
    """A part of a list: a text, or a field and its value."""
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return f"{text(item[0])}({text(item[1])})"
    return text(item)


# Finding the solution


def load(path):
    sys.dont_write_bytecode = True  # a cache may be older than a file that was saved twice in a second
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("solution", path)
    module = sys.modules["solution"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, "solution", None)
    return FunctionSolution(function) if inspect.isfunction(function) else ClassSolution(find_class(module))


def find_class(module):
    """`Solution`, else a class that is called like a database, else the only one with a method `set`."""
    kinds = [kind for name, kind in vars(module).items() if inspect.isclass(kind) and name[0] != "_"]
    kinds = [kind for kind in kinds if kind.__module__ == module.__name__] or kinds
    for kind in kinds:
        if kind.__name__ == "Solution":
            return kind
    kinds = [kind for kind in kinds if hasattr(kind, "set") and not inspect.isabstract(kind)]
    last = [kind for kind in kinds if not any(other is not kind and issubclass(other, kind) for other in kinds)]
    found = [kind for kind in last if re.search("memory|database|db|store", kind.__name__.lower())] or last
    if len(found) == 1:
        return found[0]
    names = ", ".join(kind.__name__ for kind in found)
    if found:
        raise LookupError(f"which class is it: {names}? Call it Solution")
    raise LookupError("no function solution(queries), and no class with a method set")


# The protocol


class Server:
    """Answers one request after the other."""

    def __init__(self, path):
        self.failure = self.solution = None
        try:
            self.solution = load(path)
        except (Exception, SystemExit) as error:
            show(error)
            self.failure = one_line(error)

    def reply(self, line):
        """The reply to a line, or None for the last one."""
        request = {}
        try:
            request = json.loads(line.decode())
            if request["type"] == "bye":
                return None
            if self.failure:
                return self.error(request, "load", self.failure)
            return {"type": f"{request['type']}_ok", "id": request["id"], **self.result(request)}
        except NotImplementedError as error:
            return self.error(request, "not-supported", one_line(error))
        except (Exception, SystemExit) as error:
            show(error)
            return self.error(request, "exception", one_line(error))

    def result(self, request):
        kind = request["type"]
        if kind == "step":
            return {"answer": self.solution.answer(request["query"])}
        if kind == "list":
            return {"answers": self.solution.answers(request["queries"])}
        if kind == "reset":
            self.solution.reset()
            return {}
        if kind == "hello":
            return {"protocol": 1, "name": f"{self.solution.name} (Python)"}
        raise ValueError(f"no request of type {kind}")

    @staticmethod
    def error(request, code, message):
        number = request.get("id") if isinstance(request, dict) else None
        return {"type": "error", "id": number, "code": code, "text": message}


def one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")


def show(error):
    """Prints where an error comes from, without the adapter's own part of the way."""
    import traceback

    trace, ours = error.__traceback__, (__file__, "<frozen importlib")
    while trace and trace.tb_frame.f_code.co_filename.startswith(ours):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "solution.py")
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # from here on, what the solution prints goes to standard error
    sys.stdout = sys.stderr
    server = Server(sys.argv[1] if len(sys.argv) > 1 else beside)
    for line in requests:
        reply = server.reply(line)
        if reply is None:
            break
        replies.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        replies.flush()


if __name__ == "__main__":
    main()
