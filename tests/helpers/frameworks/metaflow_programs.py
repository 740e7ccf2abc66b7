"""Programs of attempts of a Metaflow task, and the model in plain Python of what their blocks leave."""

from tests.helpers.saves.attempts import Model, Write, rows

TABLES = ("t", "u")


class BlockModel(Model):
    """Rule 2 for blocks: a block is adopted as a whole, and taken back table by table."""

    def __init__(self, key):
        super().__init__(key)
        self.blocks = []

    def block(self, writes):
        """Return adopted, written or refused."""
        new = [Write(self.number, table, mode, added) for table, mode, added in writes]
        content = tuple(part.content for part in new)
        equal = [parts for known, parts in self.blocks if known == content and all(part.alive for part in parts)]
        place = self.counted.get(content, 0)
        if place < len(equal) and not any(self.is_overwritten(part) for part in equal[place]):
            self.counted[content] = place + 1
            self.kept |= {id(part) for part in equal[place]}
            return "adopted"
        stale = [each for part in new for each in self.stale(part)]
        if any(self.is_built_upon(each) for part in new if part.mode != "replace" for each in self.stale(part)):
            return "refused"
        for each in stale:
            each.alive = False
        if any(self.has_double_key(part) for part in new):
            for each in stale:
                each.alive = True
            return "refused"
        self.counted[content] = place + 1
        self.blocks.append((content, new))
        self.history += new
        self.kept |= {id(part) for part in new}
        return "written"

    def stale(self, new):
        return [each for each in self.of(new.table) if each.attempt is not None and id(each) not in self.kept]


def program(random_, key):
    """Yield the steps of consecutive attempts, and of other writers in between."""
    pool = [block(random_, key, place) for place in range(4)]
    for attempt in range(random_.randint(2, 3)):
        if attempt:
            yield ("again",)
        if random_.random() < 0.3:
            yield "read", random_.choice(TABLES)
        for writes in random_.sample(pool, random_.randint(1, len(pool))):
            value = random_.choice("aab")
            yield "block", [[table, mode, numbers, value] for table, mode, numbers in writes]
            if random_.random() < 0.25:
                yield "others", random_.choice(TABLES), 1000 + random_.randrange(10**6)


def block(random_, key, place):
    """Return the writes of one block, to one table or both."""
    tables = random_.sample(TABLES, random_.choice([1, 1, 2]))
    modes = ["append", "append", "upsert" if key else "append", "replace"]
    found = []
    for table in tables:
        mode = random_.choice(modes)
        found.append((table, mode, [100, 101] if mode == "upsert" else [10 * place, 10 * place + 1]))
    return found


def predict(model, step):
    """Let the model do a step. Returns what it predicts for a block."""
    kind, *arguments = step
    if kind == "again":
        model.again()
    elif kind == "read":
        model.read()
    elif kind == "others":
        table, number = arguments
        model.others(table, "append", ((number, f"v{number}"),))
    else:
        return model.block([(table, mode, tuples(numbers, value)) for table, mode, numbers, value in arguments[0]])
    return None


def tuples(numbers, value):
    return tuple(rows(*numbers, value=value).itertuples(index=False, name=None))
