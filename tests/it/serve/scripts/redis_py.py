"""redis-py, as programs use it: python redis_py.py PORT PROTOCOL PASSWORD"""
import pickle
import sys

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

port, protocol, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def client(**options):
    return redis.Redis("127.0.0.1", port, **{"db": 0, "protocol": protocol, "password": password, **options})


def same(found, wanted):
    assert found == wanted, f"{found!r}, and not {wanted!r}"


def raises(error, call):
    try:
        call()
    except error as found:
        return str(found)
    raise AssertionError(f"no {error.__name__}")


r = client(client_name="snake", decode_responses=True)
same(r.echo("connected"), "connected")
same(r.client_getname(), "snake")
assert any(other["name"] == "snake" for other in r.client_list())
same(r.ping(), True)
same(r.info()["loading"], 0)
same(r.info("server")["redis_mode"], "standalone")
same(r.config_get("save"), {"save": ""})

# Texts, numbers, lifetimes.
same(r.set("a", "1", ex=1000), True)
assert 990 < r.ttl("a") <= 1000
same(r.set("a", "2", nx=True), None)
same(r.set("a", "2", get=True), "1")
same((r.get("a"), r.ttl("a"), r.get("none"), r.ttl("none")), ("2", -1, None, -2))
same((r.incr("n"), r.incrby("n", 41), r.decr("n")), (1, 42, 41))
same(r.mget("a", "none", "n"), ["2", None, "41"])
same((r.getdel("n"), r.exists("n", "a", "a")), ("41", 2))
same(r.expire("a", 500, gt=True), False)
same(r.getex("a", px=100_000), "2")
assert 90_000 < r.pttl("a") <= 100_000

# Hashes end as a whole, and what is new to one ends with it.
same(r.hset("h", mapping={"f": "1", "g": "two"}), 2)
same(r.expire("h", 1000), True)
same(r.hset("h", "late", "x"), 1)
same(r.hgetall("h"), {"f": "1", "g": "two", "late": "x"})
same((r.hincrby("h", "f", 4), r.hmget("h", "f", "none"), r.hlen("h")), (5, ["5", None], 3))
assert 990 < r.ttl("h") <= 1000
same(dict(r.hscan_iter("h", match="[fg]")), {"f": "5", "g": "two"})
same((r.hdel("h", "f", "none"), r.hexists("h", "f"), sorted(r.hkeys("h"))), (1, False, ["g", "late"]))
assert "WRONGTYPE" in raises(redis.ResponseError, lambda: r.get("h"))

# Lists.
same(r.rpush("l", "a", "b", "c"), 3)
same((r.lrange("l", 0, -1), r.llen("l"), r.lindex("l", -1)), (["a", "b", "c"], 3, "c"))

# All keys, by walking over them.
r.mset({f"walk:{number}": str(number) for number in range(500)})
same(len(set(r.scan_iter("walk:*", count=17))), 500)
same(set(r.scan_iter("*", _type="list")), {"l"})
same(r.unlink(*[f"walk:{number}" for number in range(500)]), 500)

# Pipelines, and transactions that watch.
pipe = r.pipeline(transaction=False)
for number in range(1000):
    pipe.set(f"p{number}", number).get(f"p{number}")
same(pipe.execute()[1::2], [str(number) for number in range(1000)])
pipe = r.pipeline()
pipe.set("a", "x").incr("a").get("a")
found = pipe.execute(raise_on_error=False)
same((found[0], found[2]), (True, "x"))
assert isinstance(found[1], redis.ResponseError)


def add(pipe):
    before = int(pipe.get("counter") or 0)
    if before < 3:
        client().incr("counter")
    pipe.multi()
    pipe.set("counter", before + 10)


same(r.transaction(add, "counter"), [True])
same(r.get("counter"), "13")
with r.pipeline() as pipe:
    pipe.watch("a")
    r.set("a", "changed")
    pipe.multi()
    pipe.set("a", "lost")
    raises(redis.WatchError, pipe.execute)
same(r.get("a"), "changed")
same(r.lock("lock", timeout=100).acquire(blocking=False), True)
same(r.lock("lock", timeout=100).acquire(blocking=False), False)

# Bytes that are no text.
raw = client()
thing = {"list": [1, 2.5, None], "bytes": bytes(range(256)), "text": "ß"}
raw.set(b"pickle\xff", pickle.dumps(thing))
same(pickle.loads(raw.get(b"pickle\xff")), thing)
raw.hset(b"\x80", b"\xfe", b"\x00\xff")
same(raw.hgetall(b"\x80"), {b"\xfe": b"\x00\xff"})
same(list(raw.scan_iter(b"*\xff")), [b"pickle\xff"])

# Our own language.
same(r.execute_command("REWIND", "SET", "user", "name", "Ada"), "OK")
same(r.execute_command("GET", "user", "name"), "Ada")
scanned = r.execute_command("REWIND", "SCAN", "user")
same(scanned, {"name": "Ada"} if protocol == 3 else ["name", "Ada"])

# Who may not.
once = {"retry": Retry(NoBackoff(), 0)}
assert "invalid username-password" in raises(redis.AuthenticationError, client(password="wrong", **once).ping)
raises(redis.AuthenticationError, client(password=None, **once).ping)
assert "out of range" in raises(redis.ResponseError, client(db=1, **once).ping)
same(r.flushdb(), True)
same(r.dbsize(), 0)
print("done")
