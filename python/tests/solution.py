"""The module as a solution of its own exercise: each operation asked by its method."""

import rewinddb


def shown(value):
    """A value as the exercise shows it."""
    return f"[{', '.join(value)}]" if isinstance(value, list) else value


def named(key, field):
    return f"{key}.{field}" if field else key


class Solution:
    def __init__(self):
        self.db = rewinddb.open()

    def set(self, key, field, value):
        return self.db.set(key, field, value)

    def get(self, key, field):
        return shown(self.db.get(key, field))

    def delete(self, key, field):
        return self.db.delete(key, field)

    def scan(self, key):
        return {field: shown(value) for field, value in self.db.scan(key).items()}

    def scan_by_prefix(self, key, prefix):
        return {field: shown(value) for field, value in self.db.scan(key, prefix).items()}

    def set_at(self, key, field, value, timestamp):
        return self.db.set(key, field, value, at=timestamp)

    def set_at_with_ttl(self, key, field, value, timestamp, ttl):
        return self.db.set(key, field, value, at=timestamp, ttl=ttl)

    def get_at(self, key, field, timestamp):
        return shown(self.db.get(key, field, at=timestamp))

    def delete_at(self, key, field, timestamp):
        return self.db.delete(key, field, at=timestamp)

    def scan_at(self, key, timestamp):
        return {field: shown(value) for field, value in self.db.scan(key, at=timestamp).items()}

    def scan_by_prefix_at(self, key, prefix, timestamp):
        return {field: shown(value) for field, value in self.db.scan(key, prefix, at=timestamp).items()}

    def backup(self, timestamp):
        return self.db.backup(at=timestamp)

    def restore(self, timestamp, timestamp_to_restore):
        return self.db.restore(at=timestamp, to=timestamp_to_restore)

    def tick(self, timestamp):
        return self.db.tick(timestamp)

    def put(self, key, value):
        return self.db.put(key, value)

    def put_with_ttl(self, key, value, ttl):
        return self.db.put(key, value, ttl=ttl)

    def get_own(self, key):
        return shown(self.db.get(key))

    def delete_record(self, key):
        return self.db.delete(key)

    def exists_record(self, key):
        return self.db.exists(key)

    def exists(self, key, field):
        return self.db.exists(key, field)

    def keys(self):
        return self.db.keys()

    def values(self):
        return [shown(value) for value in self.db.values()]

    def items(self):
        return [(named(key, field), shown(value)) for key, field, value in self.db.items()]

    def size(self):
        return self.db.size()

    def clear(self):
        return self.db.clear()

    def forget(self, timestamp):
        return self.db.forget(timestamp)

    def expire_record(self, key, ttl):
        return self.db.expire(key, ttl=ttl)

    def expire(self, key, field, ttl):
        return self.db.expire(key, field, ttl=ttl)

    def ttl_of_record(self, key):
        return self.db.ttl(key)

    def ttl(self, key, field):
        return self.db.ttl(key, field)

    def persist_record(self, key):
        return self.db.persist(key)

    def persist(self, key, field):
        return self.db.persist(key, field)

    def append(self, key, field, item):
        return self.db.append(key, field, item)

    def find(self, what, how, pattern):
        found = self.db.find(what, how, pattern)
        if what == "VALUE":
            return [(named(key, field), shown(value)) for key, field, value in found]
        return found if what == "KEY" else [named(key, field) for key, field in found]

    def begin(self):
        return self.db.ask("BEGIN")

    def commit(self):
        return self.db.ask("COMMIT")

    def rollback(self):
        return self.db.ask("ROLLBACK")

    def alias(self, name, operation):
        return self.db.alias(name, operation)

    def aliases(self):
        return ", ".join(f"{name}: {operation}" for name, operation in self.db.aliases().items())

    def reset_aliases(self):
        return self.db.reset_aliases()
