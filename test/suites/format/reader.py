#!/usr/bin/env python3
"""Reads the files of idb-everywhere, by docs/file-format.md alone, with nothing but Python's own modules.

    python3 reader.py DIRECTORY
    python3 reader.py --key HEX | --value HEX

The first prints JSON Lines: for each database a line with its name, version, stores and indexes, and then a line for each record
and for each entry of an index. Keys and values are written as docs/export-format.md has them. The last line says which
tags and kinds were met.
"""

import base64
import hashlib
import json
import pathlib
import re
import shutil
import sqlite3
import struct
import sys
import tempfile


class Damaged(Exception):
    """The bytes are not what the format says, or of a later one."""


# Bytes


class Bytes:
    """Bytes that are read from the front."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def byte(self):
        return self.take(1)[0]

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise Damaged("cut short")
        self.at += count
        return taken

    def uint(self):
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def zigzag(self):
        number = self.uint()
        return number // 2 if number % 2 == 0 else -((number + 1) // 2)

    def float64(self):
        return struct.unpack(">d", self.take(8))[0]

    def bigint(self):
        head = self.uint()
        magnitude = int.from_bytes(self.take(head // 2), "little")
        return -magnitude if head % 2 else magnitude


def utf16(units):
    """The string of these code units; halves of surrogate pairs stay."""
    return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "surrogatepass")


# Keys


def read_key(data):
    source = Bytes(data)
    key = key_item(source, source.byte())
    if source.at != len(data):
        raise Damaged("bytes are left over after a key")
    return key


def key_item(source, tag):
    if tag == 0x10:
        return number_json(sortable_double(source))
    if tag == 0x20:
        return date_json(sortable_double(source))
    if tag == 0x30:
        return key_string(source)
    if tag == 0x40:
        return {"$": "ArrayBuffer", "base64": base64_text(key_bytes(source))}
    if tag == 0x50:
        return key_array(source)
    raise Damaged(f"no key begins with {tag:#x}")


def sortable_double(source):
    bits = int.from_bytes(source.take(8), "big")
    bits = bits ^ (1 << 63) if bits >> 63 else ~bits & (1 << 64) - 1
    return struct.unpack(">d", bits.to_bytes(8, "big"))[0]


def key_string(source):
    units = []
    while (first := source.byte()) != 0:
        if first <= 0x7F:
            units.append(first - 1)
        elif first <= 0xBF:
            units.append((first - 0x80) * 256 + source.byte() + 0x7F)
        elif first == 0xC0:
            units.append(source.byte() * 256 + source.byte() + 0x407F)
        else:
            raise Damaged(f"no code unit begins with {first:#x}")
    return utf16(units)


def key_bytes(source):
    found = bytearray()
    while (stored := source.byte()) != 0:
        found.append(stored - 1 if stored != 0xFF else 0xFE + source.byte())
    return bytes(found)


def key_array(source):
    keys = []
    while (tag := source.byte()) != 0:
        keys.append(key_item(source, tag))
    return keys


# Values, as JSON of the export format

NOTHING = object()
MET = {"tags": set(), "views": set(), "errors": set(), "parts": set()}
VIEWS = (
    "DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array"
    " Float16Array Float32Array Float64Array BigInt64Array BigUint64Array"
).split()
ELEMENT_BYTES = [1, 1, 1, 1, 2, 2, 4, 4, 2, 4, 8, 8, 8]
ERRORS = "Error EvalError RangeError ReferenceError SyntaxError TypeError URIError".split()


class Item:
    """An object of a value: what its JSON is made by, once it is known how often the object occurs."""

    def __init__(self):
        self.occurrences = 1
        self.render = None


class ValueReader:
    """Reads one value. Objects become Items, all else is its JSON at once."""

    def __init__(self, data):
        self.source = Bytes(data)
        self.items = []
        self.blobs = []

    def read(self):
        version = self.source.byte()
        if version != 1:
            raise Damaged(f"a value of version {version}")
        value = self.something()
        self.read_blobs()
        if self.source.at != len(self.source.data):
            raise Damaged("bytes are left over after a value")
        return Renderer().json(value)

    def something(self):
        value = self.item()
        if value is NOTHING:
            raise Damaged("nothing stands where something must be")
        return value

    def item(self):
        tag = self.source.byte()
        if tag >= 0xC0:
            MET["tags"].add(0xC0)
            return tag & 0x3F
        if is_string_tag(tag):
            return self.string(tag)
        MET["tags"].add(tag)
        if tag == 0x10:
            return self.reference()
        if 0x11 <= tag <= 0x45:
            return self.object(tag)
        return self.primitive(tag)

    def primitive(self, tag):
        source = self.source
        constants = {0x00: NOTHING, 0x02: None, 0x03: False, 0x04: True}
        if tag in constants:
            return constants[tag]
        if tag == 0x01:
            return {"$": "undefined"}
        if tag == 0x05:
            return source.zigzag()
        if tag == 0x06:
            return number_json(source.float64())
        if tag == 0x07:
            return {"$": "bigint", "value": str(source.bigint())}
        raise Damaged(f"unknown tag {tag:#x}")

    def string_item(self):
        return self.string(self.source.byte())

    def optional_string(self):
        tag = self.source.byte()
        return None if tag == 0x01 else self.string(tag)

    def string(self, tag):
        source = self.source
        MET["tags"].add(min(tag, 0x80))
        if 0x80 <= tag <= 0xBF:
            return source.take(tag & 0x3F).decode("ascii")
        if tag not in (0x08, 0x09, 0x0A):
            raise Damaged(f"{tag:#x} is no string")
        encoding = {0x08: "ascii", 0x09: "utf-8", 0x0A: "utf-16-le"}[tag]
        return source.take(source.uint()).decode(encoding, "surrogatepass" if tag == 0x0A else "strict")

    def reference(self):
        number = self.source.uint()
        if number >= len(self.items):
            raise Damaged("a reference to nothing")
        self.items[number].occurrences += 1
        return self.items[number]

    def object(self, tag):
        item = Item()
        self.items.append(item)
        read = READERS.get(tag)
        if read is None:
            raise Damaged(f"unknown tag {tag:#x}")
        item.render = read(self, item)
        return item

    def blob_bytes(self):
        """Where the bytes of the next Blob will be, once they are known."""
        position, size = self.source.uint(), self.source.uint()
        blob = {"position": position, "size": size}
        self.blobs.append(blob)
        return blob

    def read_blobs(self):
        """The Blobs' bytes, and their size in the last eight bytes of the value."""
        if not self.blobs:
            return
        start = self.source.at
        for blob in self.blobs:
            if blob["position"] != self.source.at - start:
                raise Damaged("Blobs are not one after the other")
            blob["bytes"] = self.source.take(blob["size"])
        size = self.source.at - start
        if self.source.float64() != size:
            raise Damaged("the Blobs have another size")


def is_string_tag(tag):
    return tag in (0x08, 0x09, 0x0A) or 0x80 <= tag <= 0xBF


class Renderer:
    """Makes JSON of what was read; objects that occur more than once get numbers, in the order of the text."""

    def __init__(self):
        self.numbers = {}

    def json(self, value):
        if not isinstance(value, Item):
            return value
        if value in self.numbers:
            return {"$": "ref", "id": self.numbers[value]}
        if value.occurrences > 1:
            self.numbers[value] = len(self.numbers)
        return value.render(self)

    def tagged(self, item, tag, /, **members):
        """The JSON of a type, with the object's number where it has one. Members that are None are left out."""
        json = {"$": tag}
        if item in self.numbers:
            json["id"] = self.numbers[item]
        json.update((key, member) for key, member in members.items() if member is not None)
        return json


def read_boxed(name, read):
    """A reader of an object around a primitive."""

    def reader(values, item):
        value = read(values)
        return lambda out: out.tagged(item, name, value=value)

    return reader


def read_date(values, item):
    date = date_json(values.source.float64())["value"]
    return lambda out: {**out.tagged(item, "Date"), "value": date}


def read_reg_exp(values, item):
    source, flags = values.string_item(), values.string_item()
    return lambda out: out.tagged(item, "RegExp", source=source, flags=flags)


def read_object(values, item):
    size = values.source.uint()
    end = values.source.at + size
    keys = []
    while values.source.at < end:
        keys.append(values.string_item())
    members = [(key, values.item()) for key in keys]
    members = [(key, member) for key, member in members if member is not NOTHING]

    def render(out):
        is_tagged = item in out.numbers or any(key == "$" for key, _ in members)
        json = {key: out.json(member) for key, member in members}
        return {**out.tagged(item, "Object"), "value": json} if is_tagged else json

    return render


def read_array(values, item):
    elements = [values.item() for _ in range(values.source.uint())]
    pairs = [(str(i), element) for i, element in enumerate(elements) if element is not NOTHING]
    return array_renderer(item, len(elements), pairs)


def read_sparse_array(values, item):
    length, count = values.source.uint(), values.source.uint()
    pairs = [(values.string_item(), values.item()) for _ in range(count)]
    return array_renderer(item, length, [pair for pair in pairs if pair[1] is not NOTHING])


def array_renderer(item, length, pairs):
    is_dense = [key for key, _ in pairs] == [str(i) for i in range(len(pairs))] and len(pairs) == length

    def render(out):
        if not is_dense:
            entries = [[key, out.json(element)] for key, element in pairs]
            return out.tagged(item, "Array", length=length, entries=entries)
        elements = [out.json(element) for _, element in pairs]
        return out.tagged(item, "Array", values=elements) if item in out.numbers else elements

    return render


def read_map(values, item):
    pairs = [(values.something(), values.something()) for _ in range(values.source.uint())]

    def render(out):
        return out.tagged(item, "Map", entries=[[out.json(key), out.json(value)] for key, value in pairs])

    return render


def read_list(name):
    """A reader of a set or list of files."""

    def reader(values, item):
        members = [values.something() for _ in range(values.source.uint())]
        return lambda out: out.tagged(item, name, values=[out.json(member) for member in members])

    return reader


def read_error(values, item):
    kind = values.source.byte()
    MET["errors"].add(kind)
    name = ERRORS[kind]
    message, stack, cause = values.optional_string(), values.optional_string(), values.item()

    def render(out):
        json = out.tagged(item, "Error", name=name, message=message, stack=stack)
        return json if cause is NOTHING else {**json, "cause": out.json(cause)}

    return render


def read_dom_exception(values, item):
    name, message, stack = values.string_item(), values.string_item(), values.optional_string()
    return lambda out: out.tagged(item, "DOMException", name=name, message=message, stack=stack)


def read_buffer(values, item):
    return buffer_renderer(item, values.source.take(values.source.uint()), None)


def read_resizable_buffer(values, item):
    size, most = values.source.uint(), values.source.uint()
    return buffer_renderer(item, values.source.take(size), most)


def buffer_renderer(item, data, most):
    item.data, item.most = data, most
    return lambda out: out.tagged(item, "ArrayBuffer", base64=base64_text(data), maxByteLength=most)


def read_view(values, item):
    kind = values.source.byte()
    MET["views"].add(kind)
    buffer, offset, length = values.something(), values.source.uint(), values.source.uint() - 1
    if not hasattr(buffer, "data"):
        raise Damaged("a view of no buffer")

    def render(out):
        shows_all = offset == 0 and length * ELEMENT_BYTES[kind] == len(buffer.data)
        if shows_all and buffer.most is None and buffer.occurrences == 1:
            return out.tagged(item, VIEWS[kind], base64=base64_text(buffer.data))
        json = out.tagged(item, VIEWS[kind], buffer=out.json(buffer), byteOffset=offset)
        return json if length < 0 else {**json, "length": length}

    return render


def read_blob(values, item):
    kind = values.string_item()
    blob = values.blob_bytes()
    return lambda out: out.tagged(
        item, "Blob", type=kind, size=blob["size"], base64=base64_text(blob["bytes"])
    )


def read_file(values, item):
    kind = values.string_item()
    blob = values.blob_bytes()
    name, modified = values.string_item(), values.source.float64()
    return lambda out: out.tagged(
        item,
        "File",
        type=kind,
        size=blob["size"],
        name=name,
        lastModified=modified,
        base64=base64_text(blob["bytes"]),
    )


def read_parts(values, item):
    name = values.string_item()
    MET["parts"].add(name)
    parts = [values.something() for _ in range(values.source.uint())]
    if name == "QuotaExceededError":
        return quota_error_renderer(item, parts)
    return lambda out: out.tagged(item, name, parts=[out.json(part) for part in parts])


def quota_error_renderer(item, parts):
    message, stack, quota, requested = parts

    def render(out):
        text = stack if isinstance(stack, str) else None
        json = out.tagged(item, "DOMException", name="QuotaExceededError", message=message, stack=text)
        return {**json, "isQuota": True, "quota": quota, "requested": requested}

    return render


def read_crypto_key(values, item):
    kind, extractable, algorithm = values.string_item(), values.something(), values.something()
    usages, material = values.something(), values.something()

    def render(out):
        return out.tagged(
            item,
            "CryptoKey",
            type=kind,
            extractable=extractable,
            algorithm=algorithm.render(Renderer()),  # Whole, also where two keys share it.
            usages=out.json(usages),
            base64=out.json(material)["base64"],
        )

    return render


def read_kept(values, item):
    name, _ = values.string_item(), values.string_item()
    return lambda out: out.tagged(item, "lost", type=name)


READERS = {
    0x11: read_boxed("Boolean", lambda values: False),
    0x12: read_boxed("Boolean", lambda values: True),
    0x13: read_boxed("Number", lambda values: number_json(values.source.float64())),
    0x14: read_boxed("BigInt", lambda values: str(values.source.bigint())),
    0x15: read_boxed("String", lambda values: values.string_item()),
    0x16: read_date,
    0x17: read_reg_exp,
    0x20: read_object,
    0x21: read_array,
    0x22: read_sparse_array,
    0x23: read_map,
    0x24: read_list("Set"),
    0x25: read_error,
    0x26: read_dom_exception,
    0x30: read_buffer,
    0x31: read_resizable_buffer,
    0x32: read_view,
    0x40: read_blob,
    0x41: read_file,
    0x42: read_list("FileList"),
    0x43: read_parts,
    0x44: read_crypto_key,
    0x45: read_kept,
}


# What JSON has no word for


def number_json(number):
    if number != number:
        return {"$": "number", "value": "NaN"}
    if number in (float("inf"), float("-inf")):
        return {"$": "number", "value": "Infinity" if number > 0 else "-Infinity"}
    if number == 0 and struct.pack(">d", number)[0]:
        return {"$": "number", "value": "-0"}
    return number


def date_json(ms):
    """The date as ISO 8601 has it, with milliseconds, in UTC; years beyond four digits have six and a sign."""
    if ms != ms:
        return {"$": "Date", "value": None}
    days, ms = divmod(int(ms), 86_400_000)
    year, month, day = civil_from_days(days)
    text = f"{year:04}" if 0 <= year <= 9999 else f"{'-' if year < 0 else '+'}{abs(year):06}"
    hours, minutes, seconds = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60
    clock = f"{hours:02}:{minutes:02}:{seconds:02}.{ms % 1000:03}Z"
    return {"$": "Date", "value": f"{text}-{month:02}-{day:02}T{clock}"}


def civil_from_days(days):
    """Year, month and day of a day counted from 1970-01-01, for any year; Python's own dates end at 9999."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day


def base64_text(data):
    return base64.b64encode(data).decode("ascii")


# Files


def databases(directory):
    """The paths of the directory's databases."""
    for path in sorted(pathlib.Path(directory).iterdir()):
        if re.fullmatch(r"[a-z2-7]{52}\.sqlite", path.name) and has_content(path):
            yield path


def has_content(path):
    header = path.read_bytes()[:100]
    if not any(header[:16]):
        return False
    tables_format, application_id = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))
    if application_id != 0x49444265:
        raise Damaged(f"{path} belongs to another program")
    if tables_format not in (1, 2):
        raise Damaged(f"{path} has format {tables_format}")
    return True


def connect(path, scratch):
    """Opens a database where it lies, or a copy of it where its log has something."""
    log = path.with_name(path.name + "-wal")
    if log.exists():
        for file in (path, log):
            shutil.copy(file, scratch)
        connection = sqlite3.connect(pathlib.Path(scratch) / path.name)
    else:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def name_of(data):
    return data.decode("utf-16-be", "surrogatepass")


def file_name_of(name):
    digest = hashlib.sha256(name.encode("utf-16-be", "surrogatepass")).digest()
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower() + ".sqlite"


def read_database(path, connection):
    """Yields the lines of a database; none for one that has no row in `meta`, or is deleted."""
    meta = connection.execute("SELECT name, version, key_format, value_format, is_deleted FROM meta").fetchone()
    if meta is None or meta[4]:
        return
    name, version, key_format, value_format, _ = meta
    if (key_format, value_format) != (1, 1):
        raise Damaged(f"{path} has keys of format {key_format}, values of format {value_format}")
    name = name_of(name)
    if path.name != file_name_of(name):
        raise Damaged(f"{path} has another name than its database {name!r} gives it")
    stores = rows(connection, "object_stores")
    yield {"database": name, "version": version, "stores": [store_of(connection, row) for row in stores]}
    for row in stores:
        yield from read_store(connection, row["id"], name_of(row["name"]))


def rows(connection, table):
    return connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()


def indexes_of(connection, store_id):
    return [row for row in rows(connection, "indexes") if row["store_id"] == store_id]


def store_of(connection, row):
    return {
        "name": name_of(row["name"]),
        "keyPath": None if row["key_path"] is None else json.loads(row["key_path"]),
        "currentNumber": row["current_number"],
        "indexes": [index_of(index) for index in indexes_of(connection, row["id"])],
    }


def index_of(row):
    return {
        "name": name_of(row["name"]),
        "keyPath": json.loads(row["key_path"]),
        "unique": bool(row["is_unique"]),
        "multiEntry": bool(row["is_multi_entry"]),
    }


RECORDS = """SELECT key, index_keys,
  coalesce(value, (SELECT value FROM large_values WHERE id = large_id)) AS value
  FROM records WHERE store_id = ? ORDER BY key"""
ENTRIES = "SELECT key, primary_key FROM index_records WHERE index_id = ? ORDER BY key, primary_key"


def read_store(connection, store_id, store):
    indexes = {row["id"]: name_of(row["name"]) for row in indexes_of(connection, store_id)}
    for row in connection.execute(RECORDS, (store_id,)):
        value = ValueReader(row["value"]).read()
        entries = [[indexes[i], key] for i, key in index_entries(row["index_keys"] or b"") if i in indexes]
        yield {"store": store, "key": read_key(row["key"]), "value": value, "entries": entries}
    for index_id, index in indexes.items():
        for row in connection.execute(ENTRIES, (index_id,)):
            key, primary_key = read_key(row["key"]), read_key(row["primary_key"])
            yield {"index": index, "key": key, "primaryKey": primary_key}


def index_entries(block):
    source = Bytes(block)
    while source.at < len(block):
        index_id = source.uint()
        yield index_id, read_key(source.take(source.uint()))


def main(directory):
    sys.setrecursionlimit(100_000)
    for path in databases(directory):
        with tempfile.TemporaryDirectory() as scratch:
            connection = connect(path, scratch)
            for line in read_database(path, connection):
                print(json.dumps(line))
            connection.close()
    print(json.dumps({"met": {kind: sorted(found) for kind, found in MET.items()}}))


if __name__ == "__main__":
    if sys.argv[1] == "--key":
        print(json.dumps(read_key(bytes.fromhex(sys.argv[2]))))
    elif sys.argv[1] == "--value":
        print(json.dumps(ValueReader(bytes.fromhex(sys.argv[2])).read()))
    else:
        main(sys.argv[1])
