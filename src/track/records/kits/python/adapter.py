"""Connects a solution to `rewind judge`. You need not read this file, nor change it.

    python3 adapter.py [solution.py]

It reads requests from standard input and writes replies to standard output, one JSON object a line. It takes
a class with a method for each operation (set_at, setAt or SET_AT, async or not, timestamps last or first), a
module with such functions, a function `solution(queries)` or `process_queries(queries)` that gets lists of words
and returns all answers, or a class with one method for a list of queries or for a query.
"""

import copy
import importlib.machinery
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
    "forget": ["FORGET", "timestamp_to_restore"],
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

# Other names of methods, taken where the first one is missing.
OTHER_NAMES = {
    "set": "put insert add write store",
    "get": "read fetch lookup",
    "delete": "remove del erase",
    "scan": "scan_all scan_key list",
    "scan_by_prefix": "scan_prefix scan_with_prefix prefix_scan filter_by_prefix",
    "set_at_with_ttl": "set_with_ttl set_at_ttl set_ttl",
    "backup": "back_up create_backup make_backup take_backup snapshot save",
    "restore": "restore_backup restore_from_backup restore_from load_backup",
}
for timed in ("set_at", "get_at", "delete_at", "scan_at", "scan_by_prefix_at"):
    OTHER_NAMES[timed] = " ".join(name + "_at" for name in OTHER_NAMES[timed[:-3]].split())
for name in OTHER_NAMES["set"].split():
    OTHER_NAMES["set_at_with_ttl"] += f" {name}_at_with_ttl {name}_with_ttl"

# The methods that may serve a form too, if they have optional parameters for the words that they lack.
SERVED_BY = {
    "scan_by_prefix": ["scan"],
    "set_at": ["set"],
    "set_at_with_ttl": ["set_at", "set"],
    "get_at": ["get"],
    "delete_at": ["delete"],
    "scan_at": ["scan"],
    "scan_by_prefix_at": ["scan_by_prefix", "scan_at", "scan"],
}

# How solutions call the words that names are asked for, in small letters without underscores. The first that fits
# decides, so `time_to_live` is a ttl.
NAMES = {
    "ttl": r"ttl|live|life|duration|expir",
    "timestamp": r"time|stamp|now|clock|moment|^(at|ts|t|when)$",
    "prefix": r"prefix|start|^p$",
}
NUMBERS = {"timestamp", "timestamp_to_restore", "ttl"}


# From a method's parameters to a call


def word_meant(parameter):
    """The word that a parameter's name tells of, or None."""
    name = parameter.name.lower().replace("_", "")
    return next((word for word, names in NAMES.items() if re.search(names, name)), None)


def place_told(parameters, word):
    """The place of the only parameter whose name tells of a word, or None."""
    places = [place for place, parameter in enumerate(parameters) if word_meant(parameter) == word]
    return places[0] if len(places) == 1 else None


def in_reading(parameters, words, reading):
    """The words in the order of the parameters. Two texts, or two timestamps, never change places."""
    places = {}
    if "timestamp" in words and is_timed(words):
        told = 0 if reading == "first" else place_told(parameters, "timestamp") if reading == "named" else None
        if told is not None:
            places[told] = "timestamp"
    told = place_told(parameters, "ttl") if "ttl" in words else None
    if told is not None and told < len(words):
        places.setdefault(told, "ttl")
    others = [word for word in words if word not in places.values()]
    return [places[place] if place in places else others.pop(0) for place in range(len(words))]


def is_timed(words):
    """Does a form have a timestamp that could stand first or last?"""
    return len(words) > 1 and "timestamp" in words and "timestamp_to_restore" not in words


def reader(word, annotation=None):
    """The function that makes an argument of a word: times and ttls are numbers, unless the solution says str."""
    kind = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    wants_int, wants_text = re.search(r"\bint\b", kind), re.search(r"\bstr\b", kind)
    if word in NUMBERS:
        return str if wants_text and not wants_int else int
    if word == "value" and wants_int and not wants_text:
        return lambda text: int(text) if re.fullmatch("0|[1-9][0-9]*", text) else text
    return str


def parameters_of(method):
    parameters = inspect.signature(method).parameters.values()
    return [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def wanted(parameters, words):
    """As many of the parameters as there are words, those first that have no default or a name that tells of one."""

    def is_spare(parameter):
        return (parameter.default is not parameter.empty) + (word_meant(parameter) not in (None, *words))

    by_need = sorted(parameters, key=is_spare)
    surplus = [parameter for parameter in by_need[len(words) :] if parameter.default is not parameter.empty]
    return [parameter for parameter in parameters if parameter not in surplus]


def takes(method, count):
    """Can a method be called with so many words?"""
    try:
        inspect.signature(method).bind(*[""] * count)
    except TypeError:
        return False
    return True


def plan(method, words, reading):
    """Which argument is made of which word: (place in the query, reader) in order, and some by their names."""
    parameters = parameters_of(method)
    chosen = wanted(parameters, words[1:])
    order = in_reading(chosen, words[1:], reading)
    surplus = order[len(chosen) :]  # for *args; else Python objects
    in_order, by_keyword = call_of(parameters, dict(zip([p.name for p in chosen], order)), words)
    return in_order + [(words.index(word), reader(word)) for word in surplus], by_keyword


def plan_served(method, words):
    """The same for a method of another form, which has parameters to spare; None if it does not say so."""
    parameters = parameters_of(method)
    spare = {}
    for parameter in parameters:
        if parameter.default is not parameter.empty and word_meant(parameter) in words:
            spare.setdefault(word_meant(parameter), parameter.name)
    others = [word for word in words[1:] if word not in spare]
    open_parameters = [p.name for p in parameters if p.name not in spare.values()][: len(others)]
    if "timestamp" in others or "prefix" in others or "ttl" in others or len(open_parameters) < len(others):
        return None
    by_name = {name: word for word, name in spare.items()}
    return call_of(parameters, {**dict(zip(open_parameters, others)), **by_name}, words)


def call_of(parameters, by_name, words):
    in_order, by_keyword = [], {}
    for parameter in parameters:
        word = by_name.get(parameter.name)
        if word is None:
            continue
        argument = (words.index(word), reader(word, parameter.annotation))
        if parameter.kind is not parameter.KEYWORD_ONLY and parameter is parameters[len(in_order)]:
            in_order.append(argument)
        else:
            by_keyword[parameter.name] = argument
    return in_order, by_keyword


def is_filled_in(method):
    """False for a method that does nothing but raise NotImplementedError."""
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return code is None or code.co_names != ("NotImplementedError",)


def settled(answer):
    """What an answer that is still to come comes to."""
    if not inspect.isawaitable(answer):
        return answer

    async def wait():
        return await answer

    return loop().run_until_complete(wait())


def loop(kept=[]):
    """The event loop of all that is async."""
    if not kept:
        import asyncio

        kept.append(asyncio.new_event_loop())
        asyncio.set_event_loop(kept[0])
    return kept[0]


# The shapes of a solution


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


# What tells whether timestamps stand first or last: each query with its answer, if any is asked for.
PROBE = [
    (["SET_AT", "K", "F", "V", "1"], None),
    (["GET_AT", "K", "F", "2"], "V"),
    (["SCAN_AT", "K", "3"], "F(V)"),
    (["SCAN_BY_PREFIX_AT", "K", "F", "4"], "F(V)"),
    (["DELETE_AT", "K", "F", "5"], "true"),
]
TOLD = {
    "first": "timestamps come first, as {} has them",
    "last": "timestamps come where the statement has them, whatever {} calls its parameters",
    "named": "timestamps come where each method of {} has them",
}


class ClassSolution:
    """A class with a method for each operation."""

    def __init__(self, kind, name=None):
        self.kind, self.name, self.note = kind, name or kind.__name__, None
        self.reset()
        names = plain_names(dir(self.database))
        self.methods = {called: self.find(names, called, words) for called, words in METHODS.items()}
        self.read()

    def find(self, names, called, words):
        """The name of the method for a form, or None: its own, or another that takes as many words."""
        for place, other in enumerate([called, *OTHER_NAMES.get(called, "").split()]):
            name = names.get(other.replace("_", ""))
            method = getattr(self.database, name) if name else None
            if callable(method) and is_filled_in(method) and (place == 0 or takes(method, len(words) - 1)):
                return name
        return None

    def read(self):
        """Finds out once for the whole class where its timestamps stand: names may leave a doubt, a probe decides."""
        timed = [(words[1:], name) for called, words in METHODS.items() if (name := self.methods[called])]
        timed = [(words, name) for words, name in timed if is_timed(words)]
        told = [(words, place_told(parameters_of(getattr(self.database, name)), "timestamp")) for words, name in timed]
        if all(place in (None, words.index("timestamp")) for words, place in told):
            self.calls = self.calls_in("last")
            return
        are_first = all(place == 0 for _, place in told)
        readings = ["first", "last"] if are_first else ["last", "first", "named"]
        right = [reading for reading in readings if self.is_right(reading)]
        reading = (right or readings)[0]
        self.calls, self.note = self.calls_in(reading), TOLD[reading].format(self.name)
        self.reset()

    def is_right(self, reading):
        self.reset()
        self.calls, held = self.calls_in(reading), 0
        try:
            for query, wanted in PROBE:
                if (query[0], len(query)) in self.calls:
                    answer = self.call(query)
                    if wanted is not None and answer != wanted:
                        return False
                    held += wanted is not None
        except Exception:
            return False
        return held > 0

    def calls_in(self, reading):
        calls = {}
        for called, words in METHODS.items():
            name = self.methods[called]
            if name:
                calls[words[0], len(words)] = (name, *plan(getattr(self.database, name), words, reading))
                continue
            for other in filter(None, map(self.methods.get, SERVED_BY.get(called, []))):
                served = plan_served(getattr(self.database, other), words)
                if served:
                    calls[words[0], len(words)] = (other, *served)
                    break
        return calls

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


class QuerySolution:
    """A class, or a module, with one method that gets a query."""

    note = None

    def __init__(self, kind, method, name):
        self.kind, self.method, self.name = kind, method, name
        self.reset()
        parameters = list(inspect.signature(getattr(self.database, method)).parameters.values())
        self.are_words = parameters[0].kind is parameters[0].VAR_POSITIONAL
        self.is_split = not self.are_words and len(wanted(parameters, [None])) > 1
        self.is_spread = self.is_split and parameters[1].kind is parameters[1].VAR_POSITIONAL

    def reset(self):
        self.database, self.aliases = self.kind(), Aliases()

    def answer(self, query):
        query = [as_words(word) for word in query]
        ask = getattr(self.database, self.method)
        if self.are_words or self.is_spread:
            answer = settled(ask(*query))
        elif self.is_split:
            answer = settled(ask(query[0], query[1:]))
        else:
            answer = settled(ask(list(query)))
        return told(self.aliases, query, answer)

    def answers(self, queries):
        return [self.answer(query) for query in queries]


class FunctionSolution:
    """A function that gets all queries at once: for one more query, all since the reset are run again."""

    note = None

    def __init__(self, function, name=None):
        self.function, self.name = function, name or function.__name__
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
        answers = settled(self.function(copy.deepcopy(self.past + queries)))
        if answers is None or isinstance(answers, (str, dict)):
            raise TypeError(f"{self.name}(queries) returned {type(answers).__name__}, not a list")
        answers = list(answers)[len(self.past) :]
        self.past += queries
        # Of too many answers the judge knows what to say.
        queries += [[""]] * (len(answers) - len(queries))
        return [told(self.aliases, query, answer) for query, answer in zip(queries, answers)]


def told(aliases, query, answer):
    """An answer as it is told: that of a BATCH is a list of texts."""
    query = [aliases.operation(query), *query[1:]]
    if query[0] == "BATCH" and isinstance(answer, (list, tuple)):
        return [text(part) for part in answer]
    aliases.learn(query, text(answer))
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
    if inspect.isawaitable(answer):
        return text(settled(answer))
    if not isinstance(answer, (list, tuple)) and not hasattr(answer, "__next__") and not is_view(answer):
        return str(answer)
    return ", ".join(map(part, answer))


def is_view(answer):
    return isinstance(answer, (type({}.keys()), type({}.values()), type({}.items())))


def part(item):
    """A part of a list: a text, or a field and its value."""
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return f"{text(item[0])}({text(item[1])})"
    return text(item)


# Finding the solution


# What functions for a whole list of queries are called, and methods too where a class has one of several.
LIST_NAMES = """solution process_queries process_all_queries run_queries execute_queries handle_queries answer_queries
    solve simulate process run main""".split()


OF_PROGRAMS = "A program that reads its standard input needs no adapter: rewind judge -- python3 FILE"


def load(path):
    sys.dont_write_bytecode = True  # a cache may be older than a file that was saved twice in a second
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    module = run(path)
    functions = own(module, inspect.isfunction)
    kinds = own(module, inspect.isclass)
    for name in LIST_NAMES[:1] + (LIST_NAMES[1:] if not any(map(has_set, kinds.values())) else []):
        # What may be called without anything, as main(argv=None), wants no queries.
        if name in functions and takes(functions[name], 1) and (name == "solution" or not takes(functions[name], 0)):
            return FunctionSolution(functions[name])
    if not any(map(has_set, kinds.values())) and "Solution" not in kinds:
        if has_set(module):
            return ClassSolution(lambda: run(path), os.path.basename(path))
        for name, function in functions.items():
            if re.fullmatch(r"(process|handle|answer|execute|run|do)?_?(query|operation|command)", name):
                return QuerySolution(lambda: run(path), name, name)
    kind = find_class(list(kinds.values()))
    return ClassSolution(kind) if has_set(kind) else one_method(kind)


def run(path):
    """The module of a file, new each time, so that nothing is kept in it."""
    loader = importlib.machinery.SourceFileLoader("solution", path)  # whatever the file's name ends with
    spec = importlib.util.spec_from_file_location("solution", path, loader=loader)
    module = sys.modules["solution"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def own(module, is_kind):
    """What a module has of a kind; of what it has from elsewhere only where it has none of its own."""
    found = {name: value for name, value in vars(module).items() if is_kind(value) and name[0] != "_"}
    return {name: value for name, value in found.items() if value.__module__ == module.__name__} or found


def has_set(kind):
    """Does a class, or a module, have the first of the operations?"""
    names = plain_names(vars(kind) if inspect.ismodule(kind) else dir(kind))

    def has(called):
        return any(other.replace("_", "") in names for other in [called, *OTHER_NAMES[called].split()])

    return "set" in names or (has("set") and has("get"))


def find_class(kinds):
    """`Solution`, else a class that is called like a database, else the only one with a method `set`."""
    for kind in kinds:
        if kind.__name__ == "Solution":
            return kind
    databases = [kind for kind in kinds if has_set(kind) and not is_interface(kind)]
    found = [kind for kind in databases if not any(o is not kind and issubclass(o, kind) for o in databases)]
    found = [kind for kind in found if re.search("memory|database|db|store", kind.__name__.lower())] or found
    # Of levels that stand side by side the last one.
    most = max((operations(kind) for kind in found), default=0)
    found = [kind for kind in found if operations(kind) == most]
    if not found:
        found = [kind for kind in kinds if len(methods_of(kind)) == 1 and takes(kind, 0)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSolution(f"which class is it: {', '.join(kind.__name__ for kind in found)}? Call it Solution")
    raise NoSolution(f"there is no function solution(queries) in it, and no class with a method set. {OF_PROGRAMS}")


def is_interface(kind):
    """Does a class only say what others have? A Protocol has no abstract methods, nor can be asked for subclasses."""
    return inspect.isabstract(kind) or getattr(kind, "_is_protocol", False)


class NoSolution(LookupError):
    """There is no solution, or more than one."""


def operations(kind):
    return sum(called.replace("_", "") in plain_names(dir(kind)) for called in METHODS)


def plain_names(names):
    """Names, each by its plain one: in small letters without underscores."""
    return {name.lower().replace("_", ""): name for name in names if name[0] != "_"}


def methods_of(kind):
    """What a class has to be called by others."""
    names = [name for name in dir(kind) if name[0] != "_" and callable(getattr(kind, name))]
    listed = [name for name in names if name in LIST_NAMES]
    return listed[:1] or names


def one_method(kind):
    """A class with one method, which gets a list of queries or one of them: its name tells, or else a probe."""
    if len(methods_of(kind)) != 1:
        raise NoSolution(f"{kind.__name__} has neither a method set nor one method for everything")
    name = methods_of(kind)[0]
    run_list = FunctionSolution(lambda queries: getattr(kind(), name)(queries), f"{kind.__name__}.{name}")
    parameters = list(inspect.signature(getattr(kind(), name)).parameters.values())
    if name not in LIST_NAMES and (len(parameters) != 1 or not gets_list(parameters[0], run_list)):
        return QuerySolution(kind, name, f"{kind.__name__}.{name}")
    return run_list


def gets_list(parameter, run_list):
    if parameter.kind is parameter.VAR_POSITIONAL:
        return False
    if re.search(r"(?i)list\[list", str(parameter.annotation)):
        return True
    if re.search(r"queries|operations|commands|requests|lines|^ops$", parameter.name.lower()):
        return True
    if re.search(r"query|words|command|operation|parts|^op$", parameter.name.lower()):
        return False
    try:
        return len(run_list.answers([["SET", "K", "F", "V"], ["GET", "K", "F"]])) == 2
    except Exception:
        return False
    finally:
        run_list.reset()


# The protocol


class Server:
    """Answers one request after the other."""

    def __init__(self, path):
        self.failure = self.solution = None
        try:
            self.solution = load(path)
        except (Exception, SystemExit) as error:
            self.failure = paragraph(error)
            if not isinstance(error, (NoSolution, SyntaxError, OSError)) and reads_input(path):
                self.failure += f"\n{OF_PROGRAMS}"

    def reply(self, line):
        """The reply to a line, or None for the last one."""
        request = {}
        try:
            request = json.loads(line.decode())
            if not isinstance(request, dict):
                # Whoever speaks otherwise learns what is spoken here.
                return {"type": "hello_ok", "id": None, "protocol": 1, "name": "an adapter of a kit"}
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
            note = {"note": self.solution.note} if self.solution.note else {}
            return {"protocol": 1, "name": f"{self.solution.name} (Python)", **note}
        raise ValueError(f"no request of type {kind}")

    @staticmethod
    def error(request, code, message):
        number = request.get("id") if isinstance(request, dict) else None
        return {"type": "error", "id": number, "code": code, "text": message}


def reads_input(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return re.search(r"\bstdin\b|\binput\(", file.read())


def one_line(error):
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")


def paragraph(error):
    """What Python says of an error, with its place, without the adapter's own part of the way."""
    import traceback

    if isinstance(error, NoSolution):
        return str(error)
    trace, ours = error.__traceback__, (__file__, "<frozen importlib")
    while trace and trace.tb_frame.f_code.co_filename.startswith(ours):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def show(error):
    print(paragraph(error), end="", file=sys.stderr)


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
